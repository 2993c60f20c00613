#pragma once

// CE, CWE, CNE and CF: a code, its alternates and the words.

#include "context.h"

namespace huizhen::hl7 {

chart::Concept concept_of(const Context& context, const Repetition& coded);
chart::Concept concept_of(const Context& context, const Segment& segment, std::size_t field);

// What a person would read: the text, else the first display, else the first code.
std::string words_of(const chart::Concept& what);

}  // namespace huizhen::hl7
