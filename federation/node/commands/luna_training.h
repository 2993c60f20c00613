#pragma once

// luna-patches as the nodule network learns from them.

#include <string>

#include <huizhen/node/cohorts/luna_patches.h>
#include <huizhen/training/nodule_training.h>

namespace huizhen::node {

engine::NodulePatches training_patches(const LunaPatches& cohort);
std::string training_hash(const LunaPatches& cohort);

}  // namespace huizhen::node
