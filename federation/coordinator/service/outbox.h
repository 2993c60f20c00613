#pragma once

// What leaves once the batch is committed, in order.

#include <functional>

#include <huizhen/base/result.h>
#include <huizhen/rounds/message.h>

namespace huizhen::coordinator {

class Outbox {
  public:
    virtual ~Outbox() = default;
    virtual void send(const std::vector<rounds::SiteId>& sites, const rounds::Message& message) = 0;
    // A notice to every site that is connected: "lineage": which model is current may have changed;
    // "revoked": somebody's certificates are good no longer, as the log of certificates shows.
    virtual void tell_all(std::string name, std::string sentence) = 0;
    // Anything else that must not happen before the disk has what it follows from.
    virtual void after_commit(std::function<void()> action) = 0;
    // Of the batch: when `part` fails, nothing of it stays, neither rows nor what it wanted said.
    virtual Status whole_or_nothing(const std::function<Status()>& part) = 0;
    // Takes back what is no row, if the part it belongs to fails.
    virtual void on_undo(std::function<void()> action) = 0;
    // The batch cannot be kept: nothing of it is said, and the program ends.
    virtual void fail(const Error& error) = 0;
    // A task of the next batch.
    virtual void post(std::function<void()> task) = 0;
};

}  // namespace huizhen::coordinator
