// DicomClient::find, move and get.

#include <huizhen/dicom_network/client.h>
#include <huizhen/dicom_network/storage_classes.h>

#include "client_call.h"
#include "identifiers.h"
#include "instance_receiver.h"
#include "uids.h"

namespace huizhen::imaging {
namespace {

constexpr std::uint16_t kMediumPriority = 0;
constexpr std::uint8_t kQueryContext = 1;

struct Service {
    std::uint16_t field;
    const char *patient_root, *study_root;
    const char* name;
};
constexpr Service kFindService{command::kFind, "1.2.840.10008.5.1.4.1.2.1.1", "1.2.840.10008.5.1.4.1.2.2.1",
                               "query"};
constexpr Service kMoveService{command::kMove, "1.2.840.10008.5.1.4.1.2.1.2", "1.2.840.10008.5.1.4.1.2.2.2",
                               "retrieval"};
constexpr Service kGetService{command::kGet, "1.2.840.10008.5.1.4.1.2.1.3", "1.2.840.10008.5.1.4.1.2.2.3",
                              "retrieval"};

// Losslessly compressed objects may come as they are; then those that lost something already.
const std::vector<std::string> kCompressed{
    "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.5",    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.81"};

Context query_context(const Service& service, QueryRoot root) {
    return {kQueryContext, root == QueryRoot::kPatient ? service.patient_root : service.study_root,
            uids::plain_syntaxes()};
}

std::vector<Context> get_contexts(QueryRoot root) {
    std::vector<Context> contexts{query_context(kGetService, root)};
    const auto add = [&](std::string_view abstract, std::vector<std::string> syntaxes) {
        contexts.push_back({static_cast<std::uint8_t>(2 * contexts.size() + 1), std::string(abstract),
                            std::move(syntaxes), true});
    };
    for (const StorageClass& storage : storage_classes()) {
        add(storage.uid, uids::plain_syntaxes());
        if (contexts.size() < kMaxContexts) add(storage.uid, kCompressed);
    }
    return contexts;
}

// Asks, and hears pending responses until the last one. Other messages go to `other`.
class Conversation {
  public:
    using Take = std::function<Status(const Message&)>;

    Conversation(ClientCall& call, const Service& service) : call_(call), service_(service) {}

    Status ask(const Query& query, const std::string& receiver) {
        if (call_.association().context(kQueryContext) == nullptr)
            return fail(ErrorCode::kUnsupported,
                        std::string(service_.name) + ": the peer does not offer this");
        const Context& context = *call_.association().context(kQueryContext);
        HZ_ASSIGN(const auto bytes, write_query(query, context.syntaxes.front()));
        id_ = call_.association().new_message_id();
        CommandSet command(service_.field, id_);
        command.set_uid(command::kAffectedClass, context.abstract_syntax);
        command.set(command::kPriority, kMediumPriority);
        if (!receiver.empty()) command.set_text(command::kMoveDestination, receiver);
        if (const Status sent = call_.association().send(kQueryContext, command, bytes); !sent)
            return fail(call_.broken(sent.error()));
        return {};
    }

    // The last response. `pending` reads the data set behind those before it, if they have one.
    Result<CommandSet> hear(const Take& pending, const Take& other) {
        call_.stop_politely();
        while (true) {
            HZ_ASSIGN(const auto message, call_.next(call_.response_deadline()));
            if (!message) {
                HZ_TRY(cancel());
                continue;
            }
            const CommandSet& command = message->command;
            Status status;
            if (command.field() != (service_.field | command::kResponse) ||
                command.number(command::kRespondedTo) != id_) {
                status = other(*message);
            } else if (command.status() == 0xFF00 || command.status() == 0xFF01) {
                status = pending(*message);
            } else {
                status = drop(*message);
                if (status) return command;
            }
            if (!status) return fail(call_.broken(std::move(status).error()));
        }
    }

    Status drop(const Message& message) {
        if (!message.command.has_data_set()) return {};
        return call_.association().read_data_set(message.context, [](auto) { return false; });
    }

    Status cancel() {
        CommandSet command(command::kCancel, id_);
        command.set(command::kRespondedTo, id_);
        return call_.association().send(kQueryContext, command);
    }

  private:
    ClientCall& call_;
    const Service& service_;
    std::uint16_t id_ = 0;
};

Status nothing_else(const Message&) {
    return fail(ErrorCode::kMalformedInput, "the peer answers something else than was asked");
}

RetrieveOutcome outcome_of(const CommandSet& last) {
    const auto count = [&](std::uint16_t element) { return unsigned{last.number(element).value_or(0)}; };
    return {last.status(), count(command::kCompleted), count(command::kFailed), count(command::kWarnings),
            count(command::kRemaining)};
}

}  // namespace

Result<std::vector<QueryMatch>> DicomClient::find(const Destination& to, const Query& query,
                                                  std::stop_token stop) const {
    HZ_ASSIGN(const auto call, ClientCall::open(ae_title_, limits_, to,
                                                {query_context(kFindService, query.root)}, std::move(stop)));
    Conversation conversation(*call, kFindService);
    HZ_TRY(conversation.ask(query, {}));
    std::vector<QueryMatch> matches;
    bool too_many = false;
    const auto take = [&](const Message& message) -> Status {
        const std::string& syntax = call->association().context(message.context)->syntaxes.front();
        if (!message.command.has_data_set() || too_many) return conversation.drop(message);
        HZ_ASSIGN(const auto bytes, call->association().read_data_set(message.context, kMaxIdentifierBytes));
        if (matches.size() == kMaxMatches) {
            too_many = true;
            return conversation.cancel();
        }
        HZ_ASSIGN(auto match, read_match(bytes, syntax));
        matches.push_back(std::move(match));
        return {};
    };
    HZ_ASSIGN(const CommandSet last, conversation.hear(take, nothing_else));
    if (too_many)
        return fail(ErrorCode::kLimitExceeded, "query: more matches than are read; ask more narrowly");
    HZ_TRY(check_status(last.status(), kFindService.name));
    return matches;
}

Result<RetrieveOutcome> DicomClient::move(const Destination& to, const Query& query,
                                          const std::string& receiver, std::stop_token stop) const {
    if (!is_ae_title(receiver)) return fail(ErrorCode::kInvalidArgument, "the receiver needs an AE title");
    HZ_ASSIGN(const auto call, ClientCall::open(ae_title_, limits_, to,
                                                {query_context(kMoveService, query.root)}, std::move(stop)));
    Conversation conversation(*call, kMoveService);
    HZ_TRY(conversation.ask(query, receiver));
    HZ_ASSIGN(const CommandSet last,
              conversation.hear([&](const Message& m) { return conversation.drop(m); }, nothing_else));
    return outcome_of(last);
}

Result<RetrieveOutcome> DicomClient::get(const Destination& to, const Query& query, InstanceSink& sink,
                                         std::stop_token stop) const {
    HZ_ASSIGN(const auto call,
              ClientCall::open(ae_title_, limits_, to, get_contexts(query.root), std::move(stop)));
    Conversation conversation(*call, kGetService);
    HZ_TRY(conversation.ask(query, {}));
    InstanceHeader from;
    from.calling_ae = to.ae_title;
    from.called_ae = ae_title_;
    from.address = to.host;
    ByteBudget budget(limits_.max_object_bytes);
    // The archive counts what was refused, and tells it at the end.
    InstanceReceiver receiver(call->association(), sink, budget, limits_.max_object_bytes, std::move(from),
                              [](RefusalReason, const std::string&) {});
    const auto other = [&](const Message& message) -> Status {
        if (message.command.field() != command::kStore) return nothing_else(message);
        return receiver.receive(message);
    };
    HZ_ASSIGN(const CommandSet last,
              conversation.hear([&](const Message& m) { return conversation.drop(m); }, other));
    return outcome_of(last);
}

}  // namespace huizhen::imaging
