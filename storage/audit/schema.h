#pragma once

#include <huizhen/database/migrations.h>

namespace huizhen::audit {

inline constexpr std::string_view kComponent = "audit";
std::span<const database::Migration> schema();  // what was shipped is never edited

}  // namespace huizhen::audit
