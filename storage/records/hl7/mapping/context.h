#pragma once

// What every part of the mapping needs.

#include <huizhen/chart/update.h>
#include <huizhen/hl7/message.h>
#include <huizhen/hl7/to_update.h>

namespace huizhen::hl7 {

struct Context {
    const Message& message;
    const Settings& settings;
    chart::Update& update;

    // "unknown-unit: OBX 3", the third of its name. No patient data.
    void warn(std::string_view what, const Segment& where) const;
    void warn(std::string_view what) const;

    // Nothing where it is empty; a warning where it is none.
    std::optional<chart::Time> time(const Segment& segment, std::size_t field,
                                    std::size_t component = 1) const;
};

// A clean line: no control characters.
std::string line_of(std::string text);

}  // namespace huizhen::hl7
