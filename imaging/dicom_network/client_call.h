#pragma once

// What every call of the client shares: an association that it opens, answers to its messages, and its end.

#include <huizhen/dicom_network/client.h>

#include "association.h"

namespace huizhen::imaging {

class ClientCall {
  public:
    // kUnsupported: the peer accepts none of the contexts.
    static Result<std::unique_ptr<ClientCall>> open(const std::string& our_ae, const ClientLimits& limits,
                                                    const Destination& to, std::vector<Context> contexts,
                                                    std::stop_token stop);
    ~ClientCall();  // releases, unless something failed; then aborts

    Association& association() { return *association_; }

    // From here on a stop is no abort: next() tells, and the caller cancels.
    void stop_politely() { cut_.reset(); }
    // The next message. kCancelled when `deadline` passes without one.
    // nullopt: asked to stop, told once; after that the peer has a few seconds left.
    Result<std::optional<Message>> next(TimePoint deadline);
    // The answer to that message, of a peer that sends nothing else meanwhile.
    Result<CommandSet> answer(std::uint16_t message_id);
    TimePoint response_deadline() const { return std::chrono::steady_clock::now() + limits_.response; }

    bool is_broken() const { return broken_; }
    // The association is broken: it is aborted, not released.
    Error broken(Error error) {
        broken_ = true;
        return error;
    }

  private:
    struct Cut {
        Watch* watch;
        void operator()() const { watch->cut(Limit::kStopped); }
    };
    ClientCall(const ClientLimits& limits, std::stop_token stop) : limits_(limits), stop_(std::move(stop)) {}

    ClientLimits limits_;
    std::stop_token stop_;
    Watchdog watchdog_;
    Watch watch_{watchdog_};
    std::optional<std::stop_callback<Cut>> cut_;
    std::unique_ptr<TlsContext> tls_;
    std::unique_ptr<Association> association_;
    bool broken_ = false, told_to_stop_ = false;
};

// Success, or what a response's status means, of an operation so called.
Status check_status(std::uint16_t status, std::string_view operation);

}  // namespace huizhen::imaging
