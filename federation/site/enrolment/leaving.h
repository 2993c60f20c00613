#pragma once

// A hospital leaves. The coordinator is told first, while there is a certificate to tell it with; where it
// cannot be, the hospital leaves all the same, and what is kept says so.

#include "keys/key_folder.h"
#include "state/membership_store.h"

namespace huizhen::site {

// What the coordinator's people read.
std::string leaving_reason(const std::string& who);

void mark_left(Enrolment& enrolment, const std::string& who, const Status& told, const Clock& clock);

// Where no daemon has a connection.
Status tell_coordinator(const Enrolment& enrolment, const KeyFolder& keys, const std::string& who,
                        const Clock& clock);

}  // namespace huizhen::site
