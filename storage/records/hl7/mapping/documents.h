#pragma once

#include "context.h"

namespace huizhen::hl7 {

// MDM: TXA and the OBX behind it. kMalformedInput "no-document" where there is no TXA.
Status add_documents(const Context& context, std::string_view event, std::vector<chart::Entry>& entries);

}  // namespace huizhen::hl7
