#pragma once

// Structured logging (spdlog behind it): one line an event, `key=value` fields. Phi<T> has no formatter,
// so that a patient's data cannot be logged by accident: it does not compile.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace huizhen::log {

enum class Level { kDebug, kInfo, kWarning, kError };

using Field = std::pair<std::string_view, std::string>;

// To standard error, so that standard output stays the program's answer. Any thread.
void write(Level level, std::string_view event, const std::vector<Field>& fields = {});
void set_level(Level level);

inline void debug(std::string_view event, const std::vector<Field>& fields = {}) {
    write(Level::kDebug, event, fields);
}
inline void info(std::string_view event, const std::vector<Field>& fields = {}) {
    write(Level::kInfo, event, fields);
}
inline void warning(std::string_view event, const std::vector<Field>& fields = {}) {
    write(Level::kWarning, event, fields);
}
inline void error(std::string_view event, const std::vector<Field>& fields = {}) {
    write(Level::kError, event, fields);
}

}  // namespace huizhen::log
