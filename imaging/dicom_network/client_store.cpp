// DicomClient::store.

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/base/file.h>
#include <huizhen/dicom/identity.h>
#include <huizhen/dicom/part10.h>
#include <huizhen/dicom/transfer_syntax.h>
#include <huizhen/dicom_network/client.h>

#include "client_call.h"
#include "uids.h"

namespace huizhen::imaging {
namespace {

constexpr std::uint16_t kMediumPriority = 0;

// The data set of a file with uncompressed pixels, as those read it that know implicit VR alone.
Result<std::vector<std::byte>> implicit_data_set(std::span<const std::byte> file) {
    DcmFileFormat format;
    HZ_TRY(parse_part10(file, ParseUntil::kAfterPixelData, format));
    return data_set_bytes(*format.getDataset(), uids::kImplicitLittleEndian);
}

bool is_plain(std::string_view syntax) {
    const TransferSyntax* known = find_transfer_syntax(syntax);
    return known != nullptr && known->coding == PixelCoding::kNative;
}

// A context for every class and transfer syntax, and one in implicit VR for those that can be rewritten.
Result<std::vector<Context>> propose(std::span<const Result<ObjectIdentity>> objects) {
    std::vector<Context> contexts;
    const auto add = [&](const std::string& abstract, const std::string& syntax) {
        const bool known = std::ranges::any_of(contexts, [&](const Context& context) {
            return context.abstract_syntax == abstract && context.syntaxes.front() == syntax;
        });
        if (known) return;
        contexts.push_back({static_cast<std::uint8_t>(2 * contexts.size() + 1), abstract, {syntax}});
    };
    for (const auto& object : objects) {
        if (!object) continue;
        add(object->sop_class_uid, object->transfer_syntax_uid);
        if (is_plain(object->transfer_syntax_uid)) add(object->sop_class_uid, uids::kImplicitLittleEndian);
        if (contexts.size() > kMaxContexts)
            return fail(ErrorCode::kLimitExceeded, "more kinds of objects than fit one association");
    }
    if (contexts.empty()) return fail(ErrorCode::kInvalidArgument, "none of the objects can be read");
    return contexts;
}

const Context* find_context(const Association& association, const std::string& abstract,
                            std::string_view syntax) {
    const auto found = std::ranges::find_if(association.contexts(), [&](const Context& context) {
        return context.abstract_syntax == abstract && context.syntaxes.front() == syntax;
    });
    return found == association.contexts().end() ? nullptr : &*found;
}

// An error: the object cannot be sent, the association may go on unless it is broken.
Result<CommandSet> send_object(ClientCall& call, const ObjectIdentity& identity,
                               std::span<const std::byte> file) {
    Association& association = call.association();
    CommandSet command(command::kStore, association.new_message_id());
    command.set_uid(command::kAffectedClass, identity.sop_class_uid);
    command.set_uid(command::kAffectedInstance, identity.sop_instance_uid);
    command.set(command::kPriority, kMediumPriority);
    Status sent;
    if (const Context* own =
            find_context(association, identity.sop_class_uid, identity.transfer_syntax_uid)) {
        sent = association.send(own->id, command, file.subspan(identity.data_set_begin));
    } else {
        const Context* implicit =
            find_context(association, identity.sop_class_uid, uids::kImplicitLittleEndian);
        if (implicit == nullptr || !is_plain(identity.transfer_syntax_uid))
            return fail(ErrorCode::kUnsupported,
                        "the peer takes neither this class nor this transfer syntax");
        HZ_ASSIGN(const auto rewritten, implicit_data_set(file));
        sent = association.send(implicit->id, command, rewritten);
    }
    if (!sent) return fail(call.broken(std::move(sent).error()));
    return call.answer(*command.number(command::kMessageId));
}

}  // namespace

Result<std::vector<std::byte>> FileSource::read(std::size_t index) {
    auto bytes = read_file(files_.at(index), ClientLimits().max_object_bytes);
    if (!bytes) return fail(bytes.error().within(files_[index].filename().string()));
    return bytes;
}

Result<std::vector<StoreOutcome>> DicomClient::store(
    const Destination& to, ObjectSource& objects, std::stop_token stop,
    const std::function<void(const StoreOutcome&)>& progress) const {
    std::vector<Result<ObjectIdentity>> identities;
    for (std::size_t i = 0; i < objects.count(); ++i) {
        const auto bytes = objects.read(i);
        identities.push_back(bytes ? read_identity(*bytes) : fail(bytes.error()));
    }
    HZ_ASSIGN(auto contexts, propose(identities));
    HZ_ASSIGN(const auto call,
              ClientCall::open(ae_title_, limits_, to, std::move(contexts), std::move(stop)));
    std::vector<StoreOutcome> outcomes;
    bool broken = false;
    for (std::size_t i = 0; i < identities.size(); ++i) {
        StoreOutcome outcome;
        const auto& identity = identities[i];
        const auto bytes = identity && !broken ? objects.read(i) : Result<std::vector<std::byte>>();
        if (identity) outcome.instance = {identity->sop_class_uid, identity->sop_instance_uid};
        if (!identity) {
            outcome.reason = identity.error().to_string();
        } else if (broken) {
            outcome.reason = "not sent: the association broke before";
        } else if (!bytes || bytes->size() < identity->data_set_begin) {
            outcome.reason = bytes ? "the object became shorter" : bytes.error().to_string();
        } else if (const auto answer = send_object(*call, *identity, *bytes); answer) {
            outcome.status = answer->status();
            outcome.reason = answer->text(command::kErrorComment);
        } else {
            outcome.reason = answer.error().to_string();
            broken = call->is_broken();
        }
        if (progress) progress(outcome);
        outcomes.push_back(std::move(outcome));
    }
    return outcomes;
}

}  // namespace huizhen::imaging
