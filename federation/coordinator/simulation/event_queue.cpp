#include "event_queue.h"

namespace huizhen::coordinator::simulation {

void EventQueue::add(Milliseconds delay, Event event) {
    events_.emplace(std::pair(now_ + delay, order_++), std::move(event));
}

void EventQueue::after(Milliseconds delay, std::function<void()> act) {
    add(delay, {nullptr, 0, std::move(act)});
}

void EventQueue::after(Milliseconds delay, const Process& process, std::function<void()> act) {
    add(delay, {&process, process.life, std::move(act)});
}

bool EventQueue::step() {
    if (events_.empty()) return false;
    const auto first = events_.extract(events_.begin());
    now_ = std::max(now_, first.key().first);
    const Event& event = first.mapped();
    if (event.process == nullptr || (event.life == event.process->life && !event.process->gone)) event.act();
    return true;
}

}  // namespace huizhen::coordinator::simulation
