#pragma once

// Connections of sites as the audit shows them: the first by itself, those that follow within a period as one
// entry with their number, so that a line that comes and goes, or a site that means ill, does not fill it.

#include <map>

#include <huizhen/audit/event.h>
#include <huizhen/base/clock.h>

namespace huizhen::coordinator {

// The loop's thread.
class Connects {
  public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::chrono::minutes kPeriod{10};

    // What of them goes into the audit now: nothing, or one entry.
    std::vector<audit::Event> add(const std::string& site, std::size_t connects, Time now);
    // Of periods that are over by now; of all, when the program ends.
    std::vector<audit::Event> due(Time now);
    std::vector<audit::Event> all();

  private:
    struct Counted {
        Time since;
        std::size_t more = 0;
    };
    static bool is_over(const Counted& counted, Time now);
    static audit::Event summary(const std::string& site, const Counted& counted);
    std::map<std::string, Counted> sites_;  // whose period is not over
};

}  // namespace huizhen::coordinator
