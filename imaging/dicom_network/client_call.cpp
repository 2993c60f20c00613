#include "client_call.h"

namespace huizhen::imaging {
namespace {

constexpr std::chrono::milliseconds kLook{100};  // how often a waiting call looks whether it should stop
constexpr std::chrono::milliseconds kCancelGrace = std::chrono::seconds(5);

std::string hexadecimal(std::uint16_t value) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string text;
    for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(value >> shift) & 0xF];
    return text;
}

}  // namespace

Result<std::unique_ptr<ClientCall>> ClientCall::open(const std::string& our_ae, const ClientLimits& limits,
                                                     const Destination& to, std::vector<Context> contexts,
                                                     std::stop_token stop) {
    if (!is_ae_title(our_ae) || !is_ae_title(to.ae_title) || to.host.empty())
        return fail(ErrorCode::kInvalidArgument, "a destination needs AE titles on both sides, and a host");
    std::unique_ptr<ClientCall> call(new ClientCall(limits, std::move(stop)));
    if (to.tls) {
        HZ_ASSIGN(call->tls_, TlsContext::make(*to.tls, TlsRole::kClient));
    }
    call->cut_.emplace(call->stop_, Cut{&call->watch_});
    const auto now = std::chrono::steady_clock::now();
    call->watch_.until(now + limits.negotiation, Limit::kNegotiation);
    HZ_ASSIGN(call->association_,
              Association::request(our_ae, to, std::move(contexts), call->tls_.get(), call->watch_));
    call->association_->set_pace({limits.response, limits.message, now + limits.whole});
    if (call->association_->contexts().empty())
        return fail(ErrorCode::kUnsupported, "the peer does not offer this");
    return call;
}

ClientCall::~ClientCall() {
    if (!association_) return;
    if (broken_ || watch_.passed() != Limit::kNone) {
        association_->abort();
    } else {
        association_->release();
    }
}

Result<std::optional<Message>> ClientCall::next(TimePoint deadline) {
    if (told_to_stop_) deadline = std::min(deadline, std::chrono::steady_clock::now() + kCancelGrace);
    while (!association_->readable(kLook)) {
        if (!cut_ && stop_.stop_requested() && !told_to_stop_) {
            told_to_stop_ = true;
            return std::optional<Message>();
        }
        if (std::chrono::steady_clock::now() > deadline)
            return fail(broken({ErrorCode::kCancelled, "the peer was silent for too long"}));
    }
    auto message = association_->next();
    if (!message) return fail(broken(std::move(message).error()));
    if (!*message) return fail(broken({ErrorCode::kUnavailable, "the peer released before it had answered"}));
    return message;
}

Result<CommandSet> ClientCall::answer(std::uint16_t message_id) {
    HZ_ASSIGN(const auto message, next(response_deadline()));
    const CommandSet& command = message->command;
    if ((command.field() & command::kResponse) == 0 || command.number(command::kRespondedTo) != message_id ||
        command.has_data_set()) {
        return fail(broken({ErrorCode::kMalformedInput, "the peer answers something else than was asked"}));
    }
    return command;
}

Status check_status(std::uint16_t status, std::string_view operation) {
    const auto failed = [&](ErrorCode code, std::string_view what) {
        return fail(code, std::string(operation) + ": " + std::string(what) + " (status " +
                              hexadecimal(status) + ")");
    };
    if (status == 0) return {};
    if (status == 0xFE00) return failed(ErrorCode::kCancelled, "cancelled");
    if (status == 0x0122 || status == 0x0211 || status == 0x0118)
        return failed(ErrorCode::kUnsupported, "the peer does not offer this");
    if (status == 0x0124) return failed(ErrorCode::kPermissionDenied, "the peer does not allow it");
    if ((status & 0xFF00) == 0xA700) return failed(ErrorCode::kUnavailable, "the peer is out of resources");
    if ((status & 0xFF00) == 0xA900)
        return failed(ErrorCode::kInvalidArgument, "the peer does not take this");
    return failed(ErrorCode::kUnavailable, "the peer failed");
}

}  // namespace huizhen::imaging
