#pragma once

// A plan as a person writes it down (packaging/docs/plan.md).

#include <federation/v1/coordinator.pb.h>

#include <huizhen/base/result.h>

namespace huizhen::coordinator {

// kMalformedInput, with the place: not the JSON of a plan.
Result<federation::v1::Plan> read_plan_file(const std::string& path);

}  // namespace huizhen::coordinator
