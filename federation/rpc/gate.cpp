#include "gate.h"

#include <huizhen/base/text.h>
#include <huizhen/rpc/refusal.h>

#include "caller.h"

namespace huizhen::rpc {

namespace {

constexpr std::string_view kPrefix = "/huizhen.federation.v1.";

void process(void* state, grpc_auth_context* context, const grpc_metadata* metadata, std::size_t count,
             grpc_process_auth_metadata_done_cb done, void* user_data) {
    const Gate& gate = *static_cast<const Gate*>(state);
    std::string_view path;
    for (std::size_t i = 0; i < count; ++i) {
        const auto text = [](const grpc_slice& slice) {
            return std::string_view(reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)),
                                    GRPC_SLICE_LENGTH(slice));
        };
        if (text(metadata[i].key) == ":path") path = text(metadata[i].value);
    }
    std::optional<std::string_view> pem;
    auto found = grpc_auth_context_find_properties_by_name(context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (const auto* property = grpc_auth_property_iterator_next(&found)) {
        pem = std::string_view(property->value, property->value_length);
    }
    const auto admitted = gate.admit(path, pem);
    if (!admitted) {
        const std::string text = without_controls(admitted.error().to_string(), " ", "").substr(0, 1024);
        gate.log().refused(path, pem ? "a certificate" : "no certificate", admitted.error());
        done(user_data, nullptr, 0, nullptr, 0,
             pem ? GRPC_STATUS_PERMISSION_DENIED : GRPC_STATUS_UNAUTHENTICATED, text.c_str());
        return;
    }
    if (admitted->peer) mark_caller(context, *admitted->peer);
    done(user_data, nullptr, 0, nullptr, 0, GRPC_STATUS_OK, nullptr);
}

// gRPC's own C++ credentials cannot be given a certificate fetcher.
class GatedCredentials final : public grpc::ServerCredentials {
  public:
    GatedCredentials(CertificateShelf& shelf, const Gate& gate)
        : credentials_(grpc_ssl_server_credentials_create_with_options(
              grpc_ssl_server_credentials_create_options_using_config_fetcher(
                  GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY, CertificateShelf::fetch, &shelf))) {
        grpc_server_credentials_set_auth_metadata_processor(
            credentials_, {process, [](void*) {}, const_cast<Gate*>(&gate)});
    }
    ~GatedCredentials() override { grpc_server_credentials_release(credentials_); }

    void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

  private:
    int AddPortToServer(const std::string& address, grpc_server* server) override {
        return grpc_server_add_http2_port(server, address.c_str(), credentials_);
    }

    grpc_server_credentials* credentials_;
};

}  // namespace

Result<Gate::Admitted> Gate::admit(std::string_view path, std::optional<std::string_view> leaf_pem) const {
    const bool ours = path.starts_with(kPrefix);
    const std::string_view call = ours ? path.substr(kPrefix.size()) : path;
    const bool open = call == "Enrolment/Enrol" || call == "Enrolment/Poll" || call == "Enrolment/Root";
    if (!leaf_pem) {
        if (open) return Admitted{};
        return refuse(Refusal::kNoCertificate, "only an enrolment needs none");
    }
    HZ_ASSIGN(Peer peer, peers_.check(*leaf_pem));
    const bool for_sites =
        call.starts_with("Session/") || call.starts_with("Objects/") || call.starts_with("Enrolment/");
    const Role needed = for_sites ? Role::kSite : Role::kOperator;
    if (peer.role != needed && !open) {
        return refuse(Refusal::kWrongRole, "this call is for a " + std::string(role_name(needed)) +
                                               ", the certificate is of a " +
                                               std::string(role_name(peer.role)));
    }
    return Admitted{std::move(peer)};
}

void CertificateShelf::replace(TlsIdentity identity) {
    const std::lock_guard lock(mutex_);
    identity_ = std::move(identity);
    changed_ = true;
}

grpc_ssl_certificate_config_reload_status CertificateShelf::fetch(
    void* shelf, grpc_ssl_server_certificate_config** config) {
    auto& self = *static_cast<CertificateShelf*>(shelf);
    const std::lock_guard lock(self.mutex_);
    if (!self.changed_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair{self.identity_.private_key_pem.c_str(),
                                          self.identity_.certificate_chain_pem.c_str()};
    *config = grpc_ssl_server_certificate_config_create(self.identity_.trust_pem.c_str(), &pair, 1);
    self.changed_ = false;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

std::shared_ptr<grpc::ServerCredentials> gated_credentials(CertificateShelf& shelf, const Gate& gate) {
    return std::make_shared<GatedCredentials>(shelf, gate);
}

}  // namespace huizhen::rpc
