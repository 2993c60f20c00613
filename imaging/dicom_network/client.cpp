#include <huizhen/dicom_network/client.h>

#include "client_call.h"
#include "identifiers.h"
#include "uids.h"

namespace huizhen::imaging {
namespace {

constexpr std::uint16_t kRequestCommitment = 1, kAllCommitted = 1, kSomeFailed = 2;

CommandSet commitment_command(std::uint16_t field, std::uint16_t id, std::uint16_t class_element,
                              std::uint16_t instance_element) {
    CommandSet command(field, id);
    command.set_uid(class_element, uids::kCommitmentPush);
    command.set_uid(instance_element, uids::kCommitmentInstance);
    return command;
}

Result<CommitmentReport> receive_report(ClientCall& call, const Message& message) {
    HZ_ASSIGN(const auto bytes, call.association().read_data_set(message.context, kMaxIdentifierBytes));
    auto report =
        read_commitment_report(bytes, call.association().context(message.context)->syntaxes.front());
    constexpr std::uint16_t kInvalidArgument = 0x0115;
    const std::uint16_t status = report ? 0 : kInvalidArgument;
    HZ_TRY(call.association().send(message.context, CommandSet::answer(message.command, status)));
    return report;
}

}  // namespace

Status DicomClient::echo(const Destination& to, std::stop_token stop) const {
    HZ_ASSIGN(const auto call,
              ClientCall::open(ae_title_, limits_, to, {{1, uids::kVerification, uids::plain_syntaxes()}},
                               std::move(stop)));
    CommandSet command(command::kEcho, call->association().new_message_id());
    command.set_uid(command::kAffectedClass, uids::kVerification);
    HZ_TRY(call->association().send(1, command));
    HZ_ASSIGN(const CommandSet answer, call->answer(*command.number(command::kMessageId)));
    return check_status(answer.status(), "verification");
}

Result<std::optional<CommitmentReport>> DicomClient::request_commitment(const Destination& to,
                                                                        const CommitmentRequest& request,
                                                                        std::chrono::milliseconds wait,
                                                                        std::stop_token stop) const {
    if (request.instances.size() > kMaxCommitted)
        return fail(ErrorCode::kLimitExceeded, "too many references in one commitment request");
    HZ_ASSIGN(const auto call,
              ClientCall::open(ae_title_, limits_, to, {{1, uids::kCommitmentPush, uids::plain_syntaxes()}},
                               std::move(stop)));
    HZ_ASSIGN(const auto bytes,
              write_commitment_request(request, call->association().contexts().front().syntaxes.front()));
    CommandSet command = commitment_command(command::kAction, call->association().new_message_id(),
                                            command::kRequestedClass, command::kRequestedInstance);
    command.set(command::kActionType, kRequestCommitment);
    HZ_TRY(call->association().send(1, command, bytes));
    bool accepted = false;
    std::optional<CommitmentReport> report;
    TimePoint deadline = call->response_deadline();
    while (!accepted || !report) {
        // Once it is accepted, a report that does not come is not a failure.
        if (accepted && !call->association().readable(std::chrono::milliseconds(0)) &&
            !call->association().readable(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                       deadline - std::chrono::steady_clock::now()),
                                                   std::chrono::milliseconds(0)))) {
            break;
        }
        HZ_ASSIGN(const auto message, call->next(deadline));
        if (message->command.field() == command::kEventReport && message->command.has_data_set()) {
            HZ_ASSIGN(report, receive_report(*call, *message));
        } else if (message->command.field() == (command::kAction | command::kResponse)) {
            HZ_TRY(check_status(message->command.status(), "storage commitment"));
            accepted = true;
            deadline = std::chrono::steady_clock::now() + wait;
        } else {
            return fail(
                call->broken({ErrorCode::kMalformedInput, "the peer answers something else than was asked"}));
        }
    }
    return report;
}

Status DicomClient::report_commitment(const Destination& to, const CommitmentReport& report,
                                      std::stop_token stop) const {
    HZ_ASSIGN(const auto call,
              ClientCall::open(ae_title_, limits_, to,
                               {{1, uids::kCommitmentPush, uids::plain_syntaxes(), true}}, std::move(stop)));
    HZ_ASSIGN(const auto bytes,
              write_commitment_report(report, call->association().contexts().front().syntaxes.front()));
    CommandSet command = commitment_command(command::kEventReport, call->association().new_message_id(),
                                            command::kAffectedClass, command::kAffectedInstance);
    command.set(command::kEventType, report.failed.empty() ? kAllCommitted : kSomeFailed);
    HZ_TRY(call->association().send(1, command, bytes));
    HZ_ASSIGN(const CommandSet answer, call->answer(*command.number(command::kMessageId)));
    return check_status(answer.status(), "a commitment report");
}

}  // namespace huizhen::imaging
