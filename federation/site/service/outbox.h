#pragma once

// What leaves once the batch is committed, in order.

#include <functional>

#include <huizhen/base/error.h>
#include <huizhen/rounds/message.h>

namespace huizhen::site {

class RoundRunner;

class Outbox {
  public:
    virtual ~Outbox() = default;
    virtual void send(const rounds::Message& message) = 0;
    // Anything else that must not happen before the disk has what it follows from.
    virtual void after_commit(std::function<void()> action) = 0;
    // The batch cannot be kept: nothing of it is said, and the program ends.
    virtual void fail(const Error& error) = 0;
    // Any thread: a task of a later batch, with the round where it is still open.
    virtual void post_to(const rounds::RoundName& round, std::function<Status(RoundRunner&)> task) = 0;
};

}  // namespace huizhen::site
