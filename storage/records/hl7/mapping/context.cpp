#include "context.h"

#include <huizhen/base/text.h>

namespace huizhen::hl7 {

void Context::warn(std::string_view what) const {
    auto& warnings = update.warnings;
    if (warnings.size() >= kMaxWarnings) return;
    warnings.emplace_back(warnings.size() + 1 == kMaxWarnings ? "more-warnings: than are kept" : what);
}

void Context::warn(std::string_view what, const Segment& where) const {
    if (update.warnings.size() >= kMaxWarnings) return;
    std::size_t number = 0;
    for (const Segment& segment : message.segments()) {
        if (segment.name() == where.name()) ++number;
        if (segment.raw().data() == where.raw().data()) break;
    }
    warn(std::string(what) + ": " + std::string(where.name()) + " " + std::to_string(number));
}

std::optional<chart::Time> Context::time(const Segment& segment, std::size_t field,
                                         std::size_t component) const {
    const std::string text = segment.text(field, component);
    if (text.find_first_not_of("0 ") == std::string::npos) return std::nullopt;
    const auto time = chart::read_packed_time(text, settings.without_zone);
    if (!time) warn("time", segment);
    return time;
}

std::string line_of(std::string text) { return without_controls(text, " ", ""); }

}  // namespace huizhen::hl7
