#pragma once

// OBX-5 by OBX-2.

#include "context.h"

namespace huizhen::hl7 {

// TX and FT, and ED where it holds plain text.
bool is_words(const Segment& obx);
// A file or a pointer to one, of which nothing is kept.
bool is_attachment(const Segment& obx);

// All repetitions, one a line; of ED the text within, with the character set it names, or the message's.
std::string words_of(const Context& context, const Segment& obx);

// One repetition's value. A number that is none stays words, with a warning.
chart::Value value_of(const Context& context, const Segment& obx, const Repetition& written);

}  // namespace huizhen::hl7
