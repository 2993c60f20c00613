#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace huizhen::records {

// RFC 4648, line breaks and blanks allowed, padding optional; nullopt where it is something else.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace huizhen::records
