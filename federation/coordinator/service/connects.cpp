#include "connects.h"

namespace huizhen::coordinator {

std::vector<audit::Event> Connects::add(const std::string& site, std::size_t connects, Time now) {
    if (connects == 0) return {};
    const auto before = sites_.find(site);
    if (before != sites_.end() && (before->second.more > 0 || !is_over(before->second, now))) {
        before->second.more += connects;
        return {};
    }
    sites_[site] = {now, connects - 1};
    return {{"site:" + site, "connect", "network", "", {}}};
}

bool Connects::is_over(const Counted& counted, Time now) {
    return now - counted.since >= kPeriod || now < counted.since;  // the clock may be set back
}

std::vector<audit::Event> Connects::due(Time now) {
    std::vector<audit::Event> events;
    for (auto at = sites_.begin(); at != sites_.end();) {
        Counted& counted = at->second;
        const bool over = is_over(counted, now);
        if (over && counted.more == 0) {
            at = sites_.erase(at);
            continue;
        }
        if (over) {
            events.push_back(summary(at->first, counted));
            counted = {now, 0};  // whoever goes on gets one entry a period
        }
        ++at;
    }
    return events;
}

std::vector<audit::Event> Connects::all() {
    std::vector<audit::Event> events;
    for (const auto& [site, counted] : sites_)
        if (counted.more > 0) events.push_back(summary(site, counted));
    sites_.clear();
    return events;
}

audit::Event Connects::summary(const std::string& site, const Counted& counted) {
    return {"site:" + site,
            "connect",
            "network",
            std::to_string(counted.more) + " more since " + to_iso8601(counted.since),
            {}};
}

}  // namespace huizhen::coordinator
