#pragma once

// Values as a settings file writes them.

#include <span>
#include <string>
#include <string_view>

namespace huizhen::settings {

std::string written(std::string_view text);  // in quotes
std::string written(std::span<const std::string> texts);
std::string written(double number);

}  // namespace huizhen::settings
