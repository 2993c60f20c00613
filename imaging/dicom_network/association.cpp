#include "association.h"

#include <dcmtk/dcmtls/tlslayer.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <huizhen/base/check.h>
#include <huizhen/dicom_network/limits.h>

#include "dcmtk_network.h"
#include "dcmtk_setup.h"
#include "part10_head.h"

namespace huizhen::imaging {
namespace {

constexpr int kNegotiationSeconds = 3600;  // the watch is stricter
constexpr std::size_t kPdvHeaderBytes = 12;
constexpr std::size_t kMaxTitleBytes = 16;

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

Error broken(const OFCondition& status) {
    if (status == DUL_PEERABORTEDASSOCIATION)
        return {ErrorCode::kUnavailable, "the peer aborted the association"};
    const std::string_view text = status.text();
    if (status.code() == DULC_NETWORKCLOSED || text.find("Network Closed") != std::string_view::npos)
        return {ErrorCode::kUnavailable, "the peer closed the connection"};
    return {ErrorCode::kMalformedInput, "the peer does not keep to the DICOM upper layer protocol"};
}

Error unreached(const OFCondition& status, T_ASC_Association* association) {
    if (status != DUL_ASSOCIATIONREJECTED || association == nullptr)
        return {ErrorCode::kUnavailable, "no association: " + std::string(status.text())};
    T_ASC_RejectParameters reasons{};
    ASC_getRejectParameters(association->params, &reasons);
    if (reasons.reason == ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED)
        return {ErrorCode::kPermissionDenied, "rejected: the peer does not know our AE title"};
    if (reasons.reason == ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED)
        return {ErrorCode::kPermissionDenied, "rejected: the peer goes by another AE title"};
    if (reasons.result == ASC_RESULT_REJECTEDTRANSIENT)
        return {ErrorCode::kUnavailable, "rejected for now: the peer is busy"};
    return {ErrorCode::kPermissionDenied, "rejected without a reason that helps"};
}

T_ASC_RejectParameters reasons_of(Rejection rejection) {
    using enum Rejection;
    switch (rejection) {
        case kCallingTitle:
            return {ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                    ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED};
        case kCalledTitle:
            return {ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                    ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED};
        case kApplicationContext:
            return {ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                    ASC_REASON_SU_APPCONTEXTNAMENOTSUPPORTED};
        case kCongestion:
            return {ASC_RESULT_REJECTEDTRANSIENT, ASC_SOURCE_SERVICEPROVIDER_PRESENTATION_RELATED,
                    ASC_REASON_SP_PRES_TEMPORARYCONGESTION};
    }
    check_failed(__FILE__, __LINE__, "rejection", "every rejection has its codes");
}

T_ASC_SC_ROLE role_of(const Context& context) {
    if (!context.turned) return ASC_SC_ROLE_DEFAULT;
    return context.both ? ASC_SC_ROLE_SCUSCP : ASC_SC_ROLE_SCP;
}

bool peer_provides(T_ASC_SC_ROLE role) { return role == ASC_SC_ROLE_SCP || role == ASC_SC_ROLE_SCUSCP; }

}  // namespace

Error ended_by(Limit limit, Error otherwise) {
    switch (limit) {
        case Limit::kNone: return otherwise;
        case Limit::kNegotiation: return {ErrorCode::kCancelled, "the association took too long to open"};
        case Limit::kIdle: return {ErrorCode::kCancelled, "the peer was silent for too long"};
        case Limit::kMessage: return {ErrorCode::kCancelled, "a message took too long"};
        case Limit::kWhole: return {ErrorCode::kCancelled, "the association lasted too long"};
        case Limit::kStopped: return {ErrorCode::kCancelled, "stopped"};
    }
    return otherwise;
}

struct Association::Pdv {
    DUL_PDV pdv{};
};

// Hands DCMTK's connection to the watch as soon as there is one, before any byte is read.
class Association::Layer : public DcmTransportLayer {
  public:
    Layer(Watch& watch, TlsContext* tls) : watch_(watch), tls_(tls) {}

    DcmTransportConnection* createConnection(DcmNativeSocketType socket, OFBool) override {
        if (on_connection) std::exchange(on_connection, nullptr)();
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
        watch_.adopt(socket);
        if (tls_ != nullptr) return tls_->layer().createConnection(socket, OFTrue);
        return DcmTransportLayer::createConnection(socket, OFFalse);
    }

    std::function<void()> on_connection;

  private:
    Watch& watch_;
    TlsContext* tls_;
};

Association::Association(Watch& watch) : watch_(watch) {}

Association::~Association() {
    if (association_ != nullptr) ASC_destroyAssociation(&association_);
    if (network_ != nullptr) ASC_dropNetwork(&network_);
}

Result<std::unique_ptr<Association>> Association::receive(int socket, TlsContext* tls, Watch& watch) {
    prepare_dcmtk();
    std::unique_ptr<Association> self(new Association(watch));
    self->layer_ = std::make_unique<Layer>(watch, tls);
    self->over_tls_ = tls != nullptr;
    OFCondition status;
    {
        std::unique_lock handover(handover_mutex());
        const auto handed_over = [&] {
            dcmExternalSocketHandle.set(-1);
            handover.unlock();
        };
        dcmExternalSocketHandle.set(socket);
        self->layer_->on_connection = handed_over;
        status = ASC_initializeNetwork(NET_ACCEPTOR, 0, kNegotiationSeconds, &self->network_);
        if (status.good()) status = ASC_setTransportLayer(self->network_, self->layer_.get(), 0);
        if (status.good()) {
            status = ASC_receiveAssociation(self->network_, &self->association_, kMaxPduBytes, nullptr,
                                            nullptr, tls != nullptr, DUL_BLOCK, 0);
        }
        self->layer_->on_connection = nullptr;
        if (handover.owns_lock()) {  // DCMTK did not come as far as to take the socket
            handed_over();
            ::close(socket);
        }
    }
    if (status.bad()) return fail(ended_by(watch.passed(), broken(status)));
    // DCMTK calls it a success when the connection ends before a request came.
    if (self->association_->params->DULparams.applicationContextName[0] == '\0') {
        return fail(ended_by(watch.passed(), {ErrorCode::kUnavailable, "the peer left without a request"}));
    }
    return self;
}

Result<std::unique_ptr<Association>> Association::request(const std::string& our_ae, const Destination& to,
                                                          std::vector<Context> contexts, TlsContext* tls,
                                                          Watch& watch) {
    prepare_dcmtk();
    std::unique_ptr<Association> self(new Association(watch));
    self->layer_ = std::make_unique<Layer>(watch, tls);
    self->over_tls_ = tls != nullptr;
    T_ASC_Parameters* parameters = nullptr;
    OFCondition status = ASC_initializeNetwork(NET_REQUESTOR, 0, kNegotiationSeconds, &self->network_);
    if (status.good()) status = ASC_setTransportLayer(self->network_, self->layer_.get(), 0);
    if (status.good()) status = ASC_createAssociationParameters(&parameters, kMaxPduBytes);
    if (status.bad()) return fail(ErrorCode::kInternal, "DCMTK: " + std::string(status.text()));
    const std::string address = to.host + ":" + std::to_string(to.port);
    OFStandard::strlcpy(parameters->ourImplementationClassUID, kImplementationClassUid, DICOM_UI_LENGTH + 1);
    OFStandard::strlcpy(parameters->ourImplementationVersionName, kImplementationVersionName,
                        kMaxTitleBytes + 1);
    status = ASC_setAPTitles(parameters, our_ae.c_str(), to.ae_title.c_str(), nullptr);
    if (status.good()) status = ASC_setTransportLayerType(parameters, tls != nullptr);
    if (status.good()) status = ASC_setPresentationAddresses(parameters, "localhost", address.c_str());
    for (const Context& context : contexts) {
        std::vector<const char*> syntaxes;
        for (const std::string& syntax : context.syntaxes) syntaxes.push_back(syntax.c_str());
        const T_ASC_SC_ROLE role = role_of(context);
        if (status.good()) {
            status = ASC_addPresentationContext(parameters, context.id, context.abstract_syntax.c_str(),
                                                syntaxes.data(), static_cast<int>(syntaxes.size()), role);
        }
    }
    if (status.good())
        status = ASC_requestAssociation(self->network_, parameters, &self->association_, nullptr, nullptr);
    if (self->association_ == nullptr) ASC_destroyAssociationParameters(&parameters);
    if (status.bad()) return fail(ended_by(watch.passed(), unreached(status, self->association_)));
    const std::vector<std::string> host{to.host};
    if (tls != nullptr && !certificate_is_named(self->certificate(),
                                                to.certificate_names.empty() ? host : to.certificate_names)) {
        self->abort();
        return fail(ErrorCode::kPermissionDenied, "the peer's certificate has another name than is expected");
    }
    for (Context& context : contexts) {
        T_ASC_PresentationContext negotiated{};
        if (ASC_findAcceptedPresentationContext(parameters, context.id, &negotiated).bad()) continue;
        if (negotiated.resultReason != ASC_P_ACCEPTANCE) continue;
        if (context.turned && !peer_provides(negotiated.acceptedRole)) continue;
        context.syntaxes = {negotiated.acceptedTransferSyntax};
        self->contexts_.push_back(std::move(context));
    }
    return self;
}

Request Association::peer_request() const {
    T_ASC_Parameters* parameters = association_->params;
    Request request;
    request.calling_ae = trimmed(parameters->DULparams.callingAPTitle);
    request.called_ae = trimmed(parameters->DULparams.calledAPTitle);
    request.application_context = parameters->DULparams.applicationContextName;
    request.certificate = certificate();
    const int count = ASC_countPresentationContexts(parameters);
    for (int i = 0; i < count; ++i) {
        T_ASC_PresentationContext proposed{};
        if (ASC_getPresentationContext(parameters, i, &proposed).bad()) continue;
        Context context{proposed.presentationContextID,
                        proposed.abstractSyntax,
                        {},
                        peer_provides(proposed.proposedRole),
                        proposed.proposedRole == ASC_SC_ROLE_SCUSCP};
        for (int s = 0; s < proposed.transferSyntaxCount; ++s)
            context.syntaxes.emplace_back(proposed.proposedTransferSyntaxes[s]);
        request.contexts.push_back(std::move(context));
    }
    return request;
}

void Association::reject(Rejection reason) {
    const T_ASC_RejectParameters reasons = reasons_of(reason);
    ASC_rejectAssociation(association_, &reasons);
    // The peer closes; closing first could take the answer back on its way.
    readable(std::chrono::seconds(1));
}

Status Association::accept(const std::vector<Context>& contexts) {
    T_ASC_Parameters* parameters = association_->params;
    OFStandard::strlcpy(parameters->ourImplementationClassUID, kImplementationClassUid, DICOM_UI_LENGTH + 1);
    OFStandard::strlcpy(parameters->ourImplementationVersionName, kImplementationVersionName,
                        kMaxTitleBytes + 1);
    OFCondition status;
    for (const Context& proposed : peer_request().contexts) {
        const auto chosen = std::ranges::find(contexts, proposed.id, &Context::id);
        if (chosen == contexts.end()) {
            const bool known = std::ranges::find(contexts, proposed.abstract_syntax,
                                                 &Context::abstract_syntax) != contexts.end();
            status = ASC_refusePresentationContext(
                parameters, proposed.id,
                known ? ASC_P_TRANSFERSYNTAXESNOTSUPPORTED : ASC_P_ABSTRACTSYNTAXNOTSUPPORTED);
        } else {
            status = ASC_acceptPresentationContext(parameters, chosen->id, chosen->syntaxes.front().c_str(),
                                                   role_of(*chosen));
            contexts_.push_back(*chosen);
        }
        if (status.bad()) break;
    }
    if (status.good()) status = ASC_acknowledgeAssociation(association_);
    if (status.bad()) return fail(ended_by(watch_.passed(), broken(status)));
    return {};
}

const Context* Association::context(std::uint8_t id) const {
    const auto found = std::ranges::find(contexts_, id, &Context::id);
    return found == contexts_.end() ? nullptr : &*found;
}

void Association::arm() {
    const TimePoint now = std::chrono::steady_clock::now();
    TimePoint deadline = pace_.whole_until;
    Limit limit = Limit::kWhole;
    if (now + pace_.idle < deadline) {
        deadline = now + pace_.idle;
        limit = Limit::kIdle;
    }
    if (message_began_ && *message_began_ + pace_.message < deadline) {
        deadline = *message_began_ + pace_.message;
        limit = Limit::kMessage;
    }
    watch_.until(deadline, limit);
}

// nullopt: the peer wants to release.
Result<std::optional<Association::Pdv>> Association::next_pdv() {
    if (waiting_) return std::optional(*std::exchange(waiting_, nullptr));
    Pdv next;
    if (DUL_NextPDV(&association_->DULassociation, &next.pdv).good()) return std::optional(next);
    arm();
    // Senders by DCMTK hold the end of a PDU back until what went before is acknowledged (Nagle); an
    // acknowledgement that waits for an answer to travel with (40 ms) is one that nobody sends. The kernel
    // forgets this setting.
    const int at_once = 1;
    ::setsockopt(watch_.descriptor(), IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof(at_once));
    OFCondition status = DUL_ReadPDVs(&association_->DULassociation, nullptr, DUL_BLOCK, 0);
    watch_.until(pace_.whole_until, Limit::kWhole);
    if (status == DUL_PEERREQUESTEDRELEASE) return std::optional<Pdv>();
    if (status != DUL_PDATAPDUARRIVED) return fail(ended_by(watch_.passed(), broken(status)));
    status = DUL_NextPDV(&association_->DULassociation, &next.pdv);
    if (status.bad()) return fail(broken(status));
    return std::optional(next);
}

Result<std::optional<Message>> Association::next() {
    message_began_.reset();
    Message message;
    std::vector<std::byte> bytes;
    for (bool last = false; !last;) {
        HZ_ASSIGN(const auto next, next_pdv());
        if (!next) {
            if (!bytes.empty()) return fail(ErrorCode::kMalformedInput, "a release inside a command");
            ASC_acknowledgeRelease(association_);
            return std::optional<Message>();
        }
        if (!message_began_) message_began_ = std::chrono::steady_clock::now();
        const DUL_PDV& pdv = next->pdv;
        if (pdv.pdvType != DUL_COMMANDPDV)
            return fail(ErrorCode::kMalformedInput, "a data set without a command before it");
        if (!bytes.empty() && pdv.presentationContextID != message.context)
            return fail(ErrorCode::kMalformedInput, "a command in two presentation contexts");
        if (bytes.size() + pdv.fragmentLength > kMaxCommandBytes)
            return fail(ErrorCode::kLimitExceeded, "a command is longer than is read");
        message.context = pdv.presentationContextID;
        const auto* from = static_cast<const std::byte*>(pdv.data);
        bytes.insert(bytes.end(), from, from + pdv.fragmentLength);
        last = pdv.lastPDV;
    }
    if (context(message.context) == nullptr)
        return fail(ErrorCode::kMalformedInput, "a command in a presentation context that was not accepted");
    HZ_ASSIGN(message.command, CommandSet::decode(bytes));
    return std::optional(std::move(message));
}

Status Association::read_data_set(std::uint8_t context,
                                  const std::function<bool(std::span<const std::byte>)>& take) {
    bool taking = true;
    for (bool last = false; !last;) {
        HZ_ASSIGN(const auto next, next_pdv());
        if (!next) return fail(ErrorCode::kMalformedInput, "a release inside a data set");
        const DUL_PDV& pdv = next->pdv;
        if (pdv.pdvType != DUL_DATASETPDV || pdv.presentationContextID != context)
            return fail(ErrorCode::kMalformedInput, "another message inside a data set");
        taking = taking && take({static_cast<const std::byte*>(pdv.data), pdv.fragmentLength});
        last = pdv.lastPDV;
    }
    return {};
}

Result<std::vector<std::byte>> Association::read_data_set(std::uint8_t context, std::size_t max_bytes) {
    std::vector<std::byte> bytes;
    bool fits = true;
    HZ_TRY(read_data_set(context, [&](std::span<const std::byte> fragment) {
        fits = bytes.size() + fragment.size() <= max_bytes;
        if (fits) bytes.insert(bytes.end(), fragment.begin(), fragment.end());
        return fits;
    }));
    if (!fits) return fail(ErrorCode::kLimitExceeded, "a data set is larger than is read");
    return bytes;
}

Status Association::write(std::uint8_t context, bool is_command, std::span<const std::byte> bytes) {
    // A PDV per PDU, as large as the peer takes: DCMTK gives sendPDVLength that length.
    const std::size_t room =
        std::max<std::size_t>(association_->sendPDVLength, kPdvHeaderBytes) & ~std::size_t{1};
    do {
        const std::size_t count = std::min(room, bytes.size());
        DUL_PDV pdv{};
        pdv.fragmentLength = count;
        pdv.presentationContextID = context;
        pdv.pdvType = is_command ? DUL_COMMANDPDV : DUL_DATASETPDV;
        pdv.lastPDV = count == bytes.size();
        pdv.data = const_cast<std::byte*>(bytes.data());  // DCMTK only reads it
        DUL_PDVLIST list{};
        list.count = 1;
        list.pdv = &pdv;
        arm();
        const OFCondition status = DUL_WritePDVs(&association_->DULassociation, &list);
        if (status.bad()) {
            return fail(ended_by(watch_.passed(),
                                 {ErrorCode::kUnavailable, "the peer went away while it was written to"}));
        }
        bytes = bytes.subspan(count);
    } while (!bytes.empty());
    watch_.until(pace_.whole_until, Limit::kWhole);
    return {};
}

Status Association::send(std::uint8_t context, const CommandSet& command) {
    message_began_ = std::chrono::steady_clock::now();
    return write(context, true, command.encode());
}

Status Association::send(std::uint8_t context, const CommandSet& command,
                         std::span<const std::byte> data_set) {
    CommandSet with_data_set = command;
    with_data_set.set(command::kDataSetType, command::kWithDataSet);
    HZ_TRY(send(context, with_data_set));
    return write(context, false, data_set);
}

bool Association::readable(std::chrono::milliseconds within) {
    if (waiting_) return true;
    Pdv next;
    if (DUL_NextPDV(&association_->DULassociation, &next.pdv).good()) {
        waiting_ = std::make_unique<Pdv>(next);
        return true;
    }
    if (ASC_dataWaiting(association_, 0)) return true;
    struct pollfd waiting = {watch_.descriptor(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(within.count())) != 0;
}

std::vector<unsigned char> Association::certificate() const {
    std::vector<unsigned char> der(ASC_getPeerCertificateLength(association_));
    if (!der.empty()) ASC_getPeerCertificate(association_, der.data(), der.size());
    return der;
}

void Association::release() {
    arm();
    if (ASC_releaseAssociation(association_).bad()) abort();
}

void Association::abort() { ASC_abortAssociation(association_); }

}  // namespace huizhen::imaging
