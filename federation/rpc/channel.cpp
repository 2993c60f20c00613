#include "channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <huizhen/base/text.h>
#include <huizhen/rpc/refusal.h>
#include <huizhen/rpc/services.h>

#include "gate.h"
#include "grpc_process.h"

namespace huizhen::rpc {

namespace {

namespace tls = grpc::experimental;

// The role in the certificate is what counts, not the host's name: hospitals reach a coordinator by address,
// by tunnel, by proxy.
class CoordinatorVerifier final : public tls::ExternalCertificateVerifier {
  public:
    CoordinatorVerifier(const PeerCheck& peers, std::shared_ptr<Verdict> verdict)
        : peers_(peers), verdict_(std::move(verdict)) {}

    bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
                grpc::Status* status) override {
        // With the certificates behind it: they lead to the root when the issuing key was replaced.
        auto pem = request->peer_cert_full_chain();
        if (pem.empty()) pem = request->peer_cert();
        const Status judged = judge({pem.data(), pem.size()});
        verdict_->set(judged ? std::nullopt : std::optional(judged.error()));
        *status = judged ? grpc::Status::OK
                         : grpc::Status(grpc::StatusCode::UNAUTHENTICATED, judged.error().to_string());
        return true;
    }
    void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}

  private:
    Status judge(std::string_view pem) const {
        HZ_ASSIGN(const Peer peer, peers_.check(pem));
        if (peer.role == Role::kCoordinator) return {};
        return refuse(Refusal::kWrongRole,
                      "the other side shows the certificate of a " + std::string(role_name(peer.role)));
    }

    const PeerCheck& peers_;
    std::shared_ptr<Verdict> verdict_;  // shared with whoever asks why a call failed
};

std::shared_ptr<grpc::ChannelCredentials> credentials(const TlsIdentity& identity, const PeerCheck& peers,
                                                      const std::shared_ptr<Verdict>& verdict) {
    const bool has_own = !identity.certificate_chain_pem.empty();
    std::vector<tls::IdentityKeyCertPair> own;
    if (has_own) own.push_back({identity.private_key_pem, identity.certificate_chain_pem});
    tls::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(
        std::make_shared<tls::StaticDataCertificateProvider>(identity.trust_pem, own));
    options.watch_root_certs();
    if (has_own) options.watch_identity_key_cert_pairs();
    options.set_certificate_verifier(
        tls::ExternalCertificateVerifier::Create<CoordinatorVerifier>(peers, verdict));
    options.set_check_call_host(false);
    return tls::TlsCredentials(options);
}

grpc::ChannelArguments arguments(const Limits& limits) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(
        static_cast<int>(std::max(limits.max_frame_bytes, kMaxChunkBytes) + 4096));
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // each link its own connection
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);             // ours are better informed
    arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(limits.keepalive_time.count()));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(limits.keepalive_timeout.count()));
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    return arguments;
}

std::shared_ptr<grpc::Channel> channel(const Endpoint& endpoint,
                                       const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                                       const Limits& limits) {
    prepare_grpc();
    grpc::ChannelArguments with = arguments(limits);
    if (endpoint.proxy && endpoint.proxy->empty()) {
        with.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    } else if (endpoint.proxy) {
        with.SetString(GRPC_ARG_HTTP_PROXY, *endpoint.proxy);
    }
    return grpc::CreateCustomChannel(endpoint.address, credentials, with);
}

}  // namespace

void Verdict::set(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
}

std::optional<Error> Verdict::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

std::shared_ptr<grpc::Channel> secure_channel(const Endpoint& endpoint, const TlsIdentity& identity,
                                              const PeerCheck& peers, const Limits& limits,
                                              const std::shared_ptr<Verdict>& verdict) {
    return channel(endpoint, credentials(identity, peers, verdict), limits);
}

std::shared_ptr<grpc::Channel> unverified_channel(const Endpoint& endpoint, const Limits& limits) {
    tls::TlsChannelCredentialsOptions options;
    options.set_verify_server_certs(false);
    options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
    options.set_check_call_host(false);
    return channel(endpoint, tls::TlsCredentials(options), limits);
}

Error error_of(const grpc::Status& status, const Verdict& verdict) {
    const Error error = from_grpc(status);
    const auto judged = verdict.error();
    return judged && is_refusal(error, Refusal::kUnreachable) ? *judged : error;
}

std::shared_ptr<grpc::Channel> connect_local(const std::filesystem::path& socket) {
    grpc::ChannelArguments with;
    with.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    with.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel("unix:" + socket.string(), grpc::InsecureChannelCredentials(), with);
}

Result<std::shared_ptr<grpc::Channel>> connect_operator(const Endpoint& coordinator,
                                                        const TlsIdentity& identity, const PeerCheck& peers) {
    HZ_TRY(check_identity(identity, true));
    return secure_channel(coordinator, identity, peers, Limits(), std::make_shared<Verdict>());
}

}  // namespace huizhen::rpc
