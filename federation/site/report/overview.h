#pragma once

// The reports of huizhen/site/report.h as JSON, and their text.

#include <nlohmann/json.hpp>

#include <huizhen/base/clock.h>

#include "state/schema.h"

namespace huizhen::site {

using Json = nlohmann::ordered_json;

Result<Json> status_of(const std::filesystem::path& state, const Clock& clock);
Result<Json> policy_of(const std::filesystem::path& state);
Result<Json> models_of(const std::filesystem::path& state);
Result<Json> ledger_of(const std::filesystem::path& state);

std::string status_text(const Json& status);
std::string models_text(const Json& models);
std::string ledger_text(const Json& ledger);

}  // namespace huizhen::site
