#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <huizhen/base/logging.h>

namespace huizhen::log {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto created = spdlog::stderr_color_mt("huizhen");
        created->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        return created;
    }();
    return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::kDebug: return spdlog::level::debug;
        case Level::kInfo: return spdlog::level::info;
        case Level::kWarning: return spdlog::level::warn;
        case Level::kError: break;
    }
    return spdlog::level::err;
}

// Quotes and escapes, so that a value can neither end its line nor fake another field.
std::string escaped(std::string_view value) {
    std::string out = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + '"';
}

}  // namespace

void write(Level level, std::string_view event, const std::vector<Field>& fields) {
    if (!logger().should_log(to_spdlog(level))) return;
    std::string line(event);
    for (const Field& field : fields) {
        line += ' ';
        line += field.first;
        line += '=';
        line += escaped(field.second);
    }
    logger().log(to_spdlog(level), "{}", line);
}

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

}  // namespace huizhen::log
