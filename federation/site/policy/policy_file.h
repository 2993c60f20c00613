#pragma once

// site.toml, in the state folder: what the hospital takes part in, whatever a coordinator plans. Every key is
// checked; a mistake is named with line and column. Without the file the defaults hold.

#include <chrono>
#include <filesystem>
#include <optional>

#include <huizhen/rounds/site_policy.h>

namespace huizhen::site {

// What becomes of a model that the coordinator has accepted.
enum class NewModels { kRun, kAsk };

struct SiteSettings {
    rounds::SitePolicy policy;
    std::optional<privacy::Budget> budget;
    NewModels new_models = NewModels::kRun;
    std::uint64_t max_stored_bytes = std::uint64_t{50} << 30U;  // models and updates together
};

inline constexpr std::string_view kPolicyFileName = "site.toml";

// The defaults where the file is absent. kMalformedInput: "site.toml:3:8: min_sites: must be ...".
Result<SiteSettings> read_settings(const std::filesystem::path& path);
Result<SiteSettings> parse_settings(std::string_view text, std::string_view name);

// With a sentence on every key.
std::string write_settings(const SiteSettings& settings);

}  // namespace huizhen::site
