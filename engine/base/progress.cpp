#include <huizhen/base/progress.h>

namespace huizhen {
namespace {

class SilentProgress final : public ProgressSink {
  public:
    void advance(std::string_view, std::uint64_t, std::uint64_t) override {}
};

}  // namespace

ProgressSink& silent_progress() {
    static SilentProgress sink;
    return sink;
}

Status check_stop(const std::stop_token& stop) {
    if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "stopped on request");
    return {};
}

}  // namespace huizhen
