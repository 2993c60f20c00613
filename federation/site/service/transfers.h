#pragma once

// Objects on their way between the site's folder and the coordinator, each until it is there, nobody wants it
// any more, or it is refused for good: an outage, a full disk or a busy coordinator only delay it.

#include <huizhen/base/executor.h>
#include <huizhen/rounds/names.h>
#include <huizhen/rpc/file_objects.h>

#include "service/link.h"
#include "service/watch.h"

namespace huizhen::site {

// Of a transfer: nothing that time changes, such as "not-allowed", "wrong-digest" or "too-large".
bool is_for_good(const Error& refused);

class Transfers {
  public:
    static constexpr std::size_t kThreads = 4;
    static constexpr std::chrono::milliseconds kFirstRetry{500}, kLongestRetry{60'000};

    // All outlive it.
    Transfers(Link& link, rpc::FileObjects& objects, Watch& watch, RandomSource& random)
        : link_(link), objects_(objects), watch_(watch), random_(random) {}
    ~Transfers();  // asks all to stop and waits for them

    using Done = std::function<void(const Status&)>;

    // `done` is called from a thread of these when the object is there, or with what refuses it for good; not
    // at all once `stop` is asked for.
    // An error: there are too many at once.
    Status fetch(const rounds::RoundName& round, const rounds::ObjectRef& object, std::stop_token stop,
                 Done done);
    Status put(const rounds::RoundName& round, const rounds::ObjectRef& object, std::stop_token stop,
               Done done);
    // A call of one moment that may block.
    Status call(std::function<void(const std::stop_token&)> what);

  private:
    Status start(std::stop_token stop, std::function<Status(const std::stop_token&)> attempt, Done done);

    Link& link_;
    rpc::FileObjects& objects_;
    Watch& watch_;
    RandomSource& random_;
    std::stop_source ending_;
    Executor executor_{kThreads};
};

}  // namespace huizhen::site
