#include "line.h"

#include <algorithm>

namespace huizhen::slow_link {

void Line::push(Packet packet, Time now) {
    if (lost()) {
        ++counts_.lost;
        return;
    }
    const Time start = std::max(now, free_at_);
    const auto sending = [&](double bytes) {
        if (settings_.bits_per_second <= 0) return Time{};
        return Time(static_cast<std::int64_t>(8e9 * bytes / settings_.bits_per_second));
    };
    const Time sent = start + sending(static_cast<double>(packet.size()));
    if (sent - now > sending(static_cast<double>(settings_.queue_bytes))) {
        ++counts_.overflowed;
        return;
    }
    free_at_ = sent;
    const Time arrival = free_at_ + settings_.delay;
    if (cut(now) || cut(start) || cut(arrival)) {
        ++counts_.cut;
        return;
    }
    flying_.push_back({arrival, std::move(packet)});
}

std::optional<Time> Line::next_arrival() const {
    if (flying_.empty()) return std::nullopt;
    return flying_.front().arrival;
}

std::optional<Packet> Line::take(Time now) {
    if (flying_.empty() || flying_.front().arrival > now) return std::nullopt;
    Packet packet = std::move(flying_.front().packet);
    flying_.pop_front();
    ++counts_.packets;
    counts_.bytes += packet.size();
    return packet;
}

bool Line::lost() {
    constexpr double kOneIn53Bits = 1.0 / 9007199254740992.0;
    return static_cast<double>(dice_() >> 11) * kOneIn53Bits < settings_.loss;
}

bool Line::cut(Time at) const {
    return std::any_of(settings_.outages.begin(), settings_.outages.end(),
                       [at](const Outage& outage) { return outage.covers(at); });
}

}  // namespace huizhen::slow_link
