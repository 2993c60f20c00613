#include "refusal_log.h"

#include <huizhen/base/logging.h>
#include <huizhen/base/text.h>

namespace huizhen::rpc {

void RefusalLog::refused(std::string_view what, std::string_view who, const Error& why) {
    ++count_;
    std::uint64_t left_out = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (now - minute_ > std::chrono::minutes(1)) {
            minute_ = now;
            lines_ = 0;
            left_out = std::exchange(left_out_, 0);
        }
        if (++lines_ > kLinesPerMinute) {
            ++left_out_;
            return;
        }
    }
    if (left_out > 0) log::warning("refusals-not-logged", {{"number", std::to_string(left_out)}});
    log::warning("refused", {{"call", without_controls(what, "?", "")},
                             {"from", without_controls(who, "?", "")},
                             {"why", without_controls(why.to_string(), " ", "")}});
}

}  // namespace huizhen::rpc
