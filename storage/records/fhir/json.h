#pragma once

// JSON into a tree, within limits, each key once.

#include <nlohmann/json.hpp>

#include <huizhen/base/result.h>

namespace huizhen::fhir {

// kMalformedInput "not-json", "duplicate-key"; kLimitExceeded "too-large", "too-deep", "too-many-values".
Result<nlohmann::json> read_json(std::string_view text);

}  // namespace huizhen::fhir
