#include "session.h"

#include <huizhen/dicom/transfer_syntax.h>
#include <huizhen/dicom_network/storage_classes.h>

#include "identifiers.h"
#include "uids.h"

namespace huizhen::imaging {
namespace {

// PS3.7 C and PS3.4 J.3.
constexpr std::uint16_t kSuccess = 0x0000, kProcessingFailure = 0x0110, kInvalidArgument = 0x0115,
                        kNoSuchAction = 0x0123, kNoSuchEvent = 0x0113, kUnrecognisedOperation = 0x0211;
constexpr std::uint16_t kRequestCommitment = 1, kAllCommitted = 1, kSomeFailed = 2;
constexpr std::chrono::milliseconds kFarewell = std::chrono::seconds(2);  // for the peer to close

// What a peer calls itself, for the record.
std::string printable(std::string_view title) {
    std::string text(title.substr(0, 16));
    for (char& c : text) {
        if (c < 0x20 || c >= 0x7F) c = '?';
    }
    return text;
}

// The first syntax proposed keeps objects as the sender has them; among the plain ones, explicit VR little
// endian keeps what private elements are.
int preference(const std::string& syntax) {
    if (syntax == uids::kExplicitBigEndian) return 3;
    if (syntax == uids::kImplicitLittleEndian) return 2;
    if (syntax == uids::kDeflated) return 1;
    return 0;
}

const std::string* choose_syntax(const std::vector<std::string>& proposed, bool stores) {
    const std::string* best = nullptr;
    for (const std::string& syntax : proposed) {
        const bool plain = syntax == uids::kExplicitLittleEndian || syntax == uids::kImplicitLittleEndian;
        if (stores ? find_transfer_syntax(syntax) == nullptr : !plain) continue;
        if (best == nullptr || preference(syntax) < preference(*best)) best = &syntax;
    }
    return best;
}

RefusalReason reason_of(Limit limit) {
    return limit == Limit::kStopped ? RefusalReason::kStopped : RefusalReason::kTimeLimit;
}

}  // namespace

// One of max_associations, for as long as it lives.
struct Session::Place {
    explicit Place(SessionSetting& setting) : open(setting.open) {
        taken = open.fetch_add(1) < setting.options.limits.max_associations;
    }
    ~Place() { open.fetch_sub(1); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    std::atomic<std::size_t>& open;
    bool taken = false;
};

Session::Session(SessionSetting& setting, Address address, Watch& watch)
    : setting_(setting), address_text_(address.text()), address_(address), watch_(watch) {}

void Session::run(int socket) {
    try {
        negotiate(socket);
    } catch (const std::exception& error) {
        report(RefusalReason::kInternal, error.what());
    }
    for (const auto& [id, commitment] : unanswered_)
        setting_.parts.desk->undelivered(calling_ae_, commitment);
}

void Session::negotiate(int socket) {
    watch_.until(std::chrono::steady_clock::now() + setting_.options.limits.negotiation, Limit::kNegotiation);
    auto received = Association::receive(socket, setting_.tls.get(), watch_);
    if (!received) return report_end(received.error());
    association_ = std::move(*received);
    const Request request = association_->peer_request();
    calling_ae_ = printable(request.calling_ae);
    const Peer* peer = identify(request);
    if (peer == nullptr) return;
    bool released = false;
    {
        const Place place(setting_);
        if (!place.taken) {
            report(RefusalReason::kTooManyAssociations, "all associations that may be open are open");
            return association_->reject(Rejection::kCongestion);
        }
        const auto contexts = acceptable(request.contexts);
        if (const Status accepted = association_->accept(contexts); !accepted)
            return report_end(accepted.error());
        if (contexts.empty())
            report(RefusalReason::kNothingInCommon, "none of the proposed presentation contexts is served");
        released = serve(*peer);
    }
    if (released) association_->readable(kFarewell);
}

const Peer* Session::identify(const Request& request) {
    if (request.application_context != uids::kApplicationContext) {
        report(RefusalReason::kProtocol, "another application context than DICOM's");
        association_->reject(Rejection::kApplicationContext);
        return nullptr;
    }
    if (request.called_ae != setting_.options.ae_title) {
        report(RefusalReason::kCalledTitle, "the peer calls us by another AE title");
        association_->reject(Rejection::kCalledTitle);
        return nullptr;
    }
    RefusalReason reason = RefusalReason::kCallingTitle;
    for (const KnownPeer& known : setting_.peers) {
        if (known.peer.ae_title != request.calling_ae) continue;
        const bool here =
            known.ranges.empty() || std::ranges::any_of(known.ranges, [&](const AddressRange& range) {
                return range.contains(address_);
            });
        if (!here) continue;
        if (!association_->over_tls()) return &known.peer;
        if (certificate_is_named(request.certificate, known.peer.certificate_names)) return &known.peer;
        reason = RefusalReason::kCertificateName;
    }
    report(reason, reason == RefusalReason::kCertificateName
                       ? "the certificate has another name than this AE title's"
                       : "the AE title is not on the list, or not at this address");
    association_->reject(Rejection::kCallingTitle);
    return nullptr;
}

std::vector<Context> Session::acceptable(const std::vector<Context>& proposed) const {
    std::vector<Context> accepted;
    for (const Context& context : proposed) {
        const bool stores = is_storage_class(context.abstract_syntax);
        const bool commits =
            setting_.parts.desk != nullptr && context.abstract_syntax == uids::kCommitmentPush;
        if (!stores && !commits && context.abstract_syntax != uids::kVerification) continue;
        const std::string* syntax = choose_syntax(context.syntaxes, stores);
        if (syntax == nullptr) continue;
        // A peer in the provider's role reports what it committed; of objects we are the provider, always.
        accepted.push_back(
            {context.id, context.abstract_syntax, {*syntax}, commits && context.turned, context.both});
    }
    return accepted;
}

bool Session::serve(const Peer& peer) {
    const auto began = std::chrono::steady_clock::now();
    const ServerLimits& limits = setting_.options.limits;
    association_->set_pace({limits.idle, limits.message, began + limits.association});
    InstanceHeader from;
    from.calling_ae = peer.ae_title;
    from.called_ae = setting_.options.ae_title;
    from.address = address_text_;
    receiver_ = std::make_unique<InstanceReceiver>(
        *association_, setting_.parts.sink, setting_.budget, limits.max_object_bytes, std::move(from),
        [this](RefusalReason reason, const std::string& detail) { report(reason, detail); });
    setting_.parts.observer.accepted(address_text_, calling_ae_);
    AssociationSummary summary{address_text_, calling_ae_, association_->over_tls()};
    const auto finish = [&] {
        summary.stored = receiver_->tally().stored;
        summary.refused = receiver_->tally().refused;
        summary.bytes = receiver_->tally().bytes;
        summary.lasted =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
        setting_.parts.observer.ended(summary);
    };
    try {
        while (true) {
            const auto message = association_->next();
            if (message && !*message) {
                summary.released = true;
                break;
            }
            const Status status = message ? handle(**message, peer) : Status(fail(message.error()));
            if (!status) {
                report_end(status.error());
                association_->abort();
                break;
            }
        }
    } catch (...) {
        association_->abort();
        finish();
        throw;
    }
    finish();
    return summary.released;
}

Status Session::handle(const Message& message, const Peer& peer) {
    const CommandSet& command = message.command;
    const std::string& abstract = association_->context(message.context)->abstract_syntax;
    const bool commits = abstract == uids::kCommitmentPush;
    switch (command.field()) {
        case command::kEcho:
            if (abstract != uids::kVerification || command.has_data_set()) break;
            return association_->send(message.context, CommandSet::answer(command, kSuccess));
        case command::kStore:
            if (!is_storage_class(abstract)) break;
            return receiver_->receive(message);
        case command::kAction:
            if (!commits) break;
            return handle_action(message, peer);
        case command::kEventReport:
            if (!commits) break;
            return handle_event_report(message);
        case command::kEventReport | command::kResponse:
            handle_report_response(message);
            if (!command.has_data_set()) return {};
            return association_->read_data_set(message.context, [](auto) { return false; });
        default: break;
    }
    return refuse_operation(message);
}

Status Session::handle_action(const Message& message, const Peer& peer) {
    const CommandSet& command = message.command;
    if (!command.has_data_set()) return refuse_operation(message);
    const auto refuse = [&](std::uint16_t status, const Error& error) {
        report(RefusalReason::kCommitment, "a commitment request was refused: " + error.to_string());
        return association_->send(message.context, CommandSet::answer(command, status));
    };
    const auto bytes = association_->read_data_set(message.context, kMaxIdentifierBytes);
    if (!bytes && bytes.error().code() != ErrorCode::kLimitExceeded) return fail(bytes.error());
    if (!bytes) return refuse(kProcessingFailure, bytes.error());
    if (command.number(command::kActionType) != kRequestCommitment)
        return refuse(kNoSuchAction,
                      {ErrorCode::kUnsupported, "an action that storage commitment does not have"});
    const auto request =
        read_commitment_request(*bytes, association_->context(message.context)->syntaxes.front());
    if (!request) return refuse(kInvalidArgument, request.error());
    auto answer = setting_.parts.desk->answer(peer.ae_title, *request);
    if (!answer) return refuse(kProcessingFailure, answer.error());
    HZ_TRY(association_->send(message.context, CommandSet::answer(command, kSuccess)));
    return report_commitment(message.context, peer, std::move(*answer));
}

Status Session::report_commitment(std::uint8_t context, const Peer& peer, CommitmentReport report) {
    if (peer.commitment_on_new_association) {
        setting_.parts.desk->undelivered(peer.ae_title, report);
        return {};
    }
    const auto bytes = write_commitment_report(report, association_->context(context)->syntaxes.front());
    if (!bytes) return fail(bytes.error());
    CommandSet event(command::kEventReport, association_->new_message_id());
    event.set_uid(command::kAffectedClass, uids::kCommitmentPush);
    event.set_uid(command::kAffectedInstance, uids::kCommitmentInstance);
    event.set(command::kEventType, report.failed.empty() ? kAllCommitted : kSomeFailed);
    unanswered_.emplace(*event.number(command::kMessageId), std::move(report));
    return association_->send(context, event, *bytes);
}

void Session::handle_report_response(const Message& message) {
    const auto id = message.command.number(command::kRespondedTo);
    if (id && message.command.status() == kSuccess) unanswered_.erase(*id);
}

Status Session::handle_event_report(const Message& message) {
    const CommandSet& command = message.command;
    if (!command.has_data_set()) return refuse_operation(message);
    HZ_ASSIGN(const auto bytes, association_->read_data_set(message.context, kMaxIdentifierBytes));
    const auto type = command.number(command::kEventType);
    if (type != kAllCommitted && type != kSomeFailed)
        return association_->send(message.context, CommandSet::answer(command, kNoSuchEvent));
    const auto read = read_commitment_report(bytes, association_->context(message.context)->syntaxes.front());
    if (!read) {
        report(RefusalReason::kCommitment, "a commitment report cannot be read: " + read.error().to_string());
        return association_->send(message.context, CommandSet::answer(command, kInvalidArgument));
    }
    setting_.parts.desk->reported(calling_ae_, *read);
    return association_->send(message.context, CommandSet::answer(command, kSuccess));
}

Status Session::refuse_operation(const Message& message) {
    report(RefusalReason::kOperation, "a command that is not served in its presentation context");
    if (message.command.has_data_set())
        HZ_TRY(association_->read_data_set(message.context, [](auto) { return false; }));
    if (message.command.field() & command::kResponse || message.command.field() == command::kCancel)
        return {};
    return association_->send(message.context, CommandSet::answer(message.command, kUnrecognisedOperation));
}

void Session::report(RefusalReason reason, const std::string& detail) const {
    setting_.parts.observer.refused({reason, address_text_, calling_ae_, detail});
}

void Session::report_end(const Error& error) const {
    RefusalReason reason = RefusalReason::kProtocol;
    if (error.code() == ErrorCode::kUnavailable) reason = RefusalReason::kAborted;
    if (const Limit limit = watch_.passed(); limit != Limit::kNone) reason = reason_of(limit);
    if (association_ == nullptr && setting_.tls && reason == RefusalReason::kProtocol)
        reason = RefusalReason::kTls;
    report(reason, error.to_string());
}

}  // namespace huizhen::imaging
