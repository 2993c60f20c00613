#pragma once

// Checks a document against packaging/docs/diagnosis.schema.json: the part of JSON Schema 2020-12 that it
// uses, with unknown properties counted as errors everywhere.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace huizhen::testing {

// Sentences, each with the path; empty: valid.
std::vector<std::string> schema_errors(const nlohmann::json& document);

}  // namespace huizhen::testing
