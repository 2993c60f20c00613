#pragma once

// "ct-crops/1": malignancy of a nodule from one axial crop in HU.

#include "network_task.h"

namespace huizhen::learning {

inline constexpr const char* kCtCropsName = "ct-crops/1";
std::vector<std::string> ct_crops_heads();

Result<std::unique_ptr<LearningTask>> make_ct_crops(CaseSet cases, int held_out_fold,
                                                    engine::Context& context);

}  // namespace huizhen::learning
