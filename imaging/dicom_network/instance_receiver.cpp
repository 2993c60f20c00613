#include "instance_receiver.h"

#include <huizhen/dicom/identity.h>

#include "part10_head.h"

namespace huizhen::imaging {
namespace {

// PS3.4 B.2.3 and PS3.7 C.
constexpr std::uint16_t kSuccess = 0x0000, kProcessingFailure = 0x0110, kClassNotSupported = 0x0122,
                        kNotAuthorised = 0x0124, kOutOfResources = 0xA700, kMismatch = 0xA900,
                        kCannotUnderstand = 0xC000;
constexpr std::size_t kKeptBytes = std::size_t{8} << 20;  // of memory between two objects
constexpr std::size_t kFirstBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxCommentBytes = 64;  // VR LO

std::uint16_t status_for(ErrorCode code) {
    using enum ErrorCode;
    switch (code) {
        case kIo:
        case kOutOfMemory:
        case kUnavailable:
        case kLimitExceeded:
        case kCancelled: return kOutOfResources;
        case kUntrustworthyInput:
        case kIntegrity: return kMismatch;
        case kPermissionDenied: return kNotAuthorised;
        case kInternal: return kProcessingFailure;
        default: return kCannotUnderstand;
    }
}

}  // namespace

struct InstanceReceiver::Refused {
    RefusalReason reason;
    std::uint16_t status;
    std::string comment;  // for the peer, without anything of the object's
    std::string detail;   // for the observer
};

InstanceReceiver::InstanceReceiver(Association& association, InstanceSink& sink, ByteBudget& budget,
                                   std::size_t max_object_bytes, InstanceHeader from, Report report)
    : association_(association),
      sink_(sink),
      budget_(budget),
      max_object_bytes_(max_object_bytes),
      header_(std::move(from)),
      report_(std::move(report)) {}

InstanceReceiver::~InstanceReceiver() { budget_.give_back(charged_); }

Status InstanceReceiver::receive(const Message& message) {
    const Context* context = association_.context(message.context);
    HZ_TRY(gather(message, context->syntaxes.front()));
    std::optional<Refused> refused;
    if (message.command.text(command::kAffectedClass) != context->abstract_syntax) {
        refused =
            Refused{RefusalReason::kObjectMismatch, kClassNotSupported, "not the class that was agreed on",
                    "a command names another SOP class than its presentation context"};
    } else if (overflow_ == RefusalReason::kObjectTooLarge) {
        refused = Refused{*overflow_, kOutOfResources, "the object is larger than is taken here",
                          "an object is larger than is taken here"};
    } else if (overflow_) {
        refused = Refused{*overflow_, kOutOfResources, "too much is being received now",
                          "too many bytes are in flight for another object"};
    } else {
        refused = store(message);
    }
    if (!refused) {
        ++tally_.stored;
        tally_.bytes += file_.size();
    } else {
        ++tally_.refused;
        report_(refused->reason, refused->detail);
    }
    shrink();
    return answer(message, refused ? refused->status : kSuccess, refused ? refused->comment : std::string());
}

Status InstanceReceiver::gather(const Message& message, std::string_view transfer_syntax) {
    file_.clear();
    overflow_.reset();
    header_.sop_class_uid = message.command.text(command::kAffectedClass);
    header_.sop_instance_uid = message.command.text(command::kAffectedInstance);
    header_.transfer_syntax_uid = transfer_syntax;
    if (!message.command.has_data_set()) return {};
    const bool plausible = is_uid(header_.sop_class_uid) && is_uid(header_.sop_instance_uid);
    std::vector<std::byte> head;
    if (plausible) {
        append_part10_head({header_.sop_class_uid, header_.sop_instance_uid, transfer_syntax,
                            header_.calling_ae, header_.called_ae},
                           head);
    }
    head_bytes_ = head.size();
    const bool begun = plausible && take(head);
    return association_.read_data_set(
        message.context, [&](std::span<const std::byte> fragment) { return begun && take(fragment); });
}

bool InstanceReceiver::take(std::span<const std::byte> fragment) {
    const std::size_t size = file_.size() + fragment.size();
    if (size > max_object_bytes_) overflow_ = RefusalReason::kObjectTooLarge;
    if (!overflow_ && size > file_.capacity()) {
        // Twice as large each time, so that an object is copied at most once more than it is long.
        const std::size_t wanted =
            std::min(std::max({size, 2 * file_.capacity(), kFirstBytes}), max_object_bytes_);
        if (wanted > charged_) {
            if (budget_.take(wanted - charged_)) {
                charged_ = wanted;
            } else {
                overflow_ = RefusalReason::kOutOfMemory;
            }
        }
        if (!overflow_) file_.reserve(wanted);
    }
    if (overflow_) {
        file_ = {};
        shrink();
        return false;
    }
    file_.insert(file_.end(), fragment.begin(), fragment.end());
    return true;
}

std::optional<InstanceReceiver::Refused> InstanceReceiver::store(const Message& message) {
    if (file_.size() <= head_bytes_ || file_.empty()) {
        return Refused{RefusalReason::kObjectMalformed, kCannotUnderstand,
                       "no data set, or no UIDs in the command",
                       "a command comes without a data set, or without UIDs"};
    }
    const auto identity = read_identity(file_);
    if (!identity) {
        return Refused{RefusalReason::kObjectMalformed, kCannotUnderstand, "the data set cannot be read",
                       "a data set cannot be read: " + identity.error().to_string()};
    }
    if (identity->sop_class_uid != message.command.text(command::kAffectedClass) ||
        identity->sop_instance_uid != message.command.text(command::kAffectedInstance)) {
        return Refused{RefusalReason::kObjectMismatch, kMismatch,
                       "class or instance UID differ from the command",
                       "a data set's class or instance UID is not the command's"};
    }
    header_.study_uid = identity->study_uid;
    header_.series_uid = identity->series_uid;
    if (const Status stored = sink_.store(header_, file_); !stored) {
        const Error& error = stored.error();
        return Refused{RefusalReason::kNotStored, status_for(error.code()),
                       "not stored: " + std::string(error_code_name(error.code())),
                       "an object was not stored: " + error.to_string()};
    }
    return std::nullopt;
}

Status InstanceReceiver::answer(const Message& message, std::uint16_t status, const std::string& comment) {
    CommandSet answer = CommandSet::answer(message.command, status);
    if (!comment.empty()) answer.set_text(command::kErrorComment, comment.substr(0, kMaxCommentBytes));
    return association_.send(message.context, answer);
}

void InstanceReceiver::shrink() {
    if (file_.capacity() > kKeptBytes) file_ = {};
    budget_.give_back(charged_ - std::min(charged_, file_.capacity()));
    charged_ = std::min(charged_, file_.capacity());
}

}  // namespace huizhen::imaging
