#pragma once

// What goes wrong in a simulated federation. Shares and chances from 0 to 1.

#include <cstdint>

namespace huizhen::coordinator::simulation {

struct Faults {
    double drop = 0, duplicate = 0;  // of each message
    std::uint32_t delay_ms = 20;     // at most; each message by itself: they overtake each other
    double crash = 0;                // at each input, of whoever takes it
    double dropout = 0;              // of the sites; each vanishes for good, in the middle of some round
};

}  // namespace huizhen::coordinator::simulation
