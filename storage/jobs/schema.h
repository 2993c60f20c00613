#pragma once

#include <huizhen/database/migrations.h>

namespace huizhen::jobs {

inline constexpr std::string_view kComponent = "jobs";
std::span<const database::Migration> schema();  // what was shipped is never edited

}  // namespace huizhen::jobs
