#pragma once

#include "group.h"

namespace huizhen::hl7 {

// The order or the medication that the group asks for; nothing where it names none.
std::optional<chart::Entry> order_of(const Context& context, const Group& group);

}  // namespace huizhen::hl7
