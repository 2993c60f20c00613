#pragma once

// The member files of an ensemble in a folder, and one name for all of them.

#include <filesystem>
#include <string>
#include <vector>

#include <huizhen/nn/checkpoint.h>

namespace huizhen::engine {

// <prefix>*.safetensors in the order of names. kNotFound when there is none, kLimitExceeded above
// kMaxMembers.
Result<std::vector<std::filesystem::path>> member_files(const std::filesystem::path& folder,
                                                        const std::string& prefix);

std::string ensemble_sha256(const std::vector<std::string>& member_sha256);

}  // namespace huizhen::engine
