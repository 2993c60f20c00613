#pragma once

#include <string>

namespace huizhen::coordinator {

std::string software_version();  // "0.1.0"

}  // namespace huizhen::coordinator
