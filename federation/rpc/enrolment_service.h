#pragma once

// Enrolment at the coordinator: the only calls a stranger may make, so few of them a minute.

#include <memory>
#include <mutex>

#include <huizhen/base/clock.h>
#include <huizhen/rpc/enrolment.h>
#include <huizhen/rpc/limits.h>

#include "refusal_log.h"

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

struct EnrolmentHub {
    EnrolmentHandler& handler;
    RateLimit strangers;
    RateLimit polls;  // many wait for one person, and each asks again and again
    RefusalLog& log;
};

std::unique_ptr<grpc::Service> enrolment_service(EnrolmentHub& hub);

}  // namespace huizhen::rpc
