#pragma once

#include <mutex>

namespace huizhen::imaging {

// DCMTK's process-wide settings, once: silent, no reverse look-ups, no limits on sockets (ours are
// watchdog.h's).
void prepare_dcmtk();

// DCMTK takes an accepted socket through one global variable. Held from setting it until DCMTK has read it.
std::mutex& handover_mutex();

}  // namespace huizhen::imaging
