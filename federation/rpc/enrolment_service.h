#pragma once

// Enrolment at the coordinator: the only calls a stranger may make, so few of them a minute. The program's
// answer may wait for a disk, or for whatever else it has to do: an executor's thread waits for it, never one
// of gRPC's, which all sessions share.

#include <map>
#include <memory>
#include <mutex>

#include <huizhen/base/clock.h>
#include <huizhen/base/executor.h>
#include <huizhen/rpc/enrolment.h>
#include <huizhen/rpc/limits.h>

#include "refusal_log.h"
#include "task_count.h"

namespace grpc {
class Service;
}

namespace huizhen::rpc {

// So many a minute, of which a quarter at once. Any thread.
class RateLimit {
  public:
    RateLimit(unsigned per_minute, const Clock& clock);
    bool take();

  private:
    const Clock& clock_;
    const double per_second_, most_;
    std::mutex mutex_;  // guards what follows
    double tokens_;
    std::chrono::steady_clock::time_point last_;
};

// Calls that wait for their answer. Any thread.
class WaitingCalls {
  public:
    explicit WaitingCalls(const Limits& limits) : limits_(limits) {}
    // `site`: empty for strangers, who are one. "busy"; else leave() follows.
    Status enter(const std::string& site);
    void leave(const std::string& site);

  private:
    const Limits& limits_;
    std::mutex mutex_;  // guards what follows
    std::map<std::string, std::size_t> of_site_;
    std::size_t all_ = 0;
};

struct EnrolmentHub {
    EnrolmentHandler& handler;
    Executor& executor;
    RateLimit strangers;
    RateLimit polls;  // many wait for one person, and each asks again and again
    RefusalLog& log;
    WaitingCalls waiting;
    TaskCount tasks{};
};

std::unique_ptr<grpc::Service> enrolment_service(EnrolmentHub& hub);

}  // namespace huizhen::rpc
