#pragma once

// What is done to an attribute: PS3.15 Table E.1-1 and the chosen options.

#include <cstdint>
#include <string_view>

#include <huizhen/deidentify/deidentify.h>

namespace huizhen::imaging {

inline constexpr const char* kDummyText = "ANONYMIZED";  // short enough for every representation

enum class Action {
    kKeep,
    kRemove,
    kEmpty,
    kDummy,    // a value that means nothing
    kUid,      // another UID, always the same for the same
    kItems,    // a sequence stays, its items are cleaned
    kShift,    // dates move, times stay
    kWords,    // only harmless words stay
    kUnlisted  // the table does not name it
};

Action profile_action(std::uint16_t group, std::uint16_t element, bool is_sequence,
                      const DeidentifyOptions& options);

// Whether the Basic Profile touches the attribute and no option may keep parts of it as a description: then
// its value is an identifier.
bool is_identifier(std::uint16_t group, std::uint16_t element);

// `element` without its block: 0x0024 of (0019,1024).
bool is_safe_private(std::uint16_t group, std::uint16_t element, std::string_view creator);

std::size_t profile_row_count();

}  // namespace huizhen::imaging
