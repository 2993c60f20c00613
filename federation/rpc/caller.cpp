#include "caller.h"

#include <grpcpp/server_context.h>
#include <unistd.h>

#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

namespace {

constexpr const char* kRole = "huizhen_role";
constexpr const char* kName = "huizhen_name";
constexpr const char* kFingerprint = "huizhen_fingerprint";

std::string property(const grpc::AuthContext& context, const char* name) {
    const auto values = context.FindPropertyValues(name);
    return values.empty() ? "" : std::string(values.front().data(), values.front().size());
}

}  // namespace

void mark_caller(grpc_auth_context* context, const Peer& peer) {
    auto found = grpc_auth_context_find_properties_by_name(context, kRole);
    if (grpc_auth_property_iterator_next(&found) != nullptr) return;
    grpc_auth_context_add_cstring_property(context, kName, peer.name.c_str());
    grpc_auth_context_add_cstring_property(context, kFingerprint, peer.fingerprint.c_str());
    grpc_auth_context_add_cstring_property(context, kRole, std::string(role_name(peer.role)).c_str());
}

std::string certificate_of(const grpc::ServerContextBase& context) {
    const auto auth = context.auth_context();
    return auth ? property(*auth, GRPC_X509_PEM_CERT_PROPERTY_NAME) : "";
}

Result<Peer> caller_of(const grpc::ServerContextBase& context) {
    const auto auth = context.auth_context();
    const std::string role = auth ? property(*auth, kRole) : "";
    for (const Role each : {Role::kSite, Role::kCoordinator, Role::kOperator}) {
        if (role == role_name(each)) {
            return Peer{each, property(*auth, kName), property(*auth, kFingerprint)};
        }
    }
    // The unix socket hands over connections as descriptors, whose peer it has checked itself. A connection
    // from the network has gone through TLS, whatever else it has not.
    const bool tls = auth && !property(*auth, GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME).empty();
    if (!tls && context.peer().starts_with("fd:")) {
        return Peer{Role::kOperator, "uid " + std::to_string(::geteuid()), ""};
    }
    return refuse(Refusal::kNoCertificate, "this call needs a certificate");
}

Result<Peer> caller_of(const grpc::ServerContextBase& context, Role needed) {
    HZ_ASSIGN(Peer peer, caller_of(context));
    if (peer.role != needed) {
        return refuse(Refusal::kWrongRole, "this call is for a " + std::string(role_name(needed)));
    }
    return peer;
}

}  // namespace huizhen::rpc
