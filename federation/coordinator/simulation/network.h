#pragma once

// Between the sites and the coordinator: what is sent may be lost, doubled, delayed and overtaken, and does
// not come where nobody is.

#include <memory>

#include <huizhen/rounds/message.h>

#include "simulation/dice.h"
#include "simulation/event_queue.h"
#include "simulation/faults.h"

namespace huizhen::coordinator::simulation {

// A message on its way, shared by all who get it: the roster of a thousand sites is long.
struct Letter {
    rounds::Message message;
    std::uint64_t bytes = 0;  // as rpc encodes it
};
using LetterPtr = std::shared_ptr<const Letter>;
LetterPtr make_letter(rounds::Message message);

struct Traffic {
    std::uint64_t messages = 0;
    std::uint64_t bytes_up = 0, bytes_down = 0;  // of all sites; the objects too
};

class Network {
  public:
    Network(EventQueue& queue, Dice& dice, const Faults& faults)
        : queue_(queue), dice_(dice), faults_(faults) {}

    void carry(const Process& from, const Process& to, std::function<void()> deliver);

    Traffic traffic;

  private:
    EventQueue& queue_;
    Dice& dice_;
    const Faults& faults_;
};

}  // namespace huizhen::coordinator::simulation
