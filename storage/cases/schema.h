#pragma once

#include <huizhen/database/migrations.h>

namespace huizhen::cases {

inline constexpr std::string_view kComponent = "cases";
std::span<const database::Migration> schema();  // what was shipped is never edited

}  // namespace huizhen::cases
