#include "plan_watch.h"

#include <iostream>
#include <thread>

#include <grpcpp/client_context.h>

#include <huizhen/rpc/services.h>
#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands/daemon.h"
#include "commands/plan_text.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

bool goes_on(v1::PlanState state) {
    return state == v1::PLAN_STATE_RUNNING || state == v1::PLAN_STATE_PAUSED ||
           state == v1::PLAN_STATE_SCHEDULED || state == v1::PLAN_STATE_CREATED;
}

// A line that is redrawn on a terminal, and written when it changes elsewhere.
class Line {
  public:
    explicit Line(bool terminal) : terminal_(terminal) {}
    ~Line() { clear(); }
    void show(const std::string& text) {
        if (text == shown_) return;
        if (terminal_) {
            std::cerr << "\r\033[K" << text << std::flush;
        } else {
            std::cerr << text << '\n';
        }
        shown_ = text;
    }
    void clear() {
        if (terminal_ && !shown_.empty()) std::cerr << "\r\033[K" << std::flush;
        shown_.clear();
    }

  private:
    bool terminal_;
    std::string shown_;
};

}  // namespace

ExitCode watch_plan(const Common& common, const std::string& id, bool follow) {
    auto daemon = Daemon::connect(common);
    if (!daemon) return report_daemon(daemon.error());
    v1::WatchPlanRequest request;
    request.set_plan(id);
    grpc::ClientContext context;
    const auto reader = daemon->stub().WatchPlan(&context, request);
    const StopSignals signals;
    const std::stop_callback leave(signals.token(), [&context] { context.TryCancel(); });

    Line line(standard_error_style().terminal);
    v1::PlanStatus status;
    bool seen = false;
    while (reader->Read(&status)) {
        seen = true;
        if (!follow || !goes_on(status.state())) {
            context.TryCancel();
            break;
        }
        if (common.json) {
            print_json(status);
        } else {
            line.show(progress_line(status));
        }
    }
    line.clear();
    const grpc::Status ended = reader->Finish();
    if (signals.token().stop_requested()) return ExitCode::kCancelled;
    if (!seen) return report_daemon(rpc::from_grpc(ended));
    if (follow && goes_on(status.state())) return report_daemon(rpc::from_grpc(ended));
    return common.json ? print_json(status) : print_words(status_text(status));
}

}  // namespace huizhen::coordinator
