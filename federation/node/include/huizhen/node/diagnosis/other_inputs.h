#pragma once

// Reports and records given beside the CT. This model reads neither: they are checked, hashed and said to be
// unused.

#include <filesystem>

#include <huizhen/base/result.h>
#include <huizhen/node/diagnosis/finding.h>

namespace huizhen::node {

inline constexpr std::size_t kMaxTextBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxBundleBytes = std::size_t{64} << 20;

// Not empty and UTF-8. kMalformedInput, kLimitExceeded, kNotFound, kPermissionDenied, kIo.
Result<UnusedInput> check_text(const std::filesystem::path& path);

// A FHIR R4 Bundle as JSON: an object whose resourceType is "Bundle", its entries objects. Same errors.
Result<UnusedInput> check_emr_bundle(const std::filesystem::path& path);

}  // namespace huizhen::node
