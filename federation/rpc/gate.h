#pragma once

// The server's side of TLS: its certificate, which can be exchanged while it runs, and the gate every call
// passes before any service sees it.

#include <atomic>
#include <memory>
#include <mutex>

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <huizhen/rpc/peer.h>

#include "refusal_log.h"

namespace huizhen::rpc {

// Who may come: by the method's path and by the certificate.
class Gate {
  public:
    Gate(const PeerCheck& peers, RefusalLog& log) : peers_(peers), log_(log) {}

    struct Admitted {
        std::optional<Peer> peer;  // absent: a hospital without certificate that enrols
    };
    Result<Admitted> admit(std::string_view path, std::optional<std::string_view> leaf_pem) const;

    const PeerCheck& peers() const { return peers_; }
    RefusalLog& log() const { return log_; }

  private:
    const PeerCheck& peers_;
    RefusalLog& log_;
};

// The certificate and key that the next handshake uses. Any thread.
class CertificateShelf {
  public:
    explicit CertificateShelf(TlsIdentity identity) : identity_(std::move(identity)) {}
    void replace(TlsIdentity identity);

    // gRPC's way to ask before each handshake.
    static grpc_ssl_certificate_config_reload_status fetch(void* shelf,
                                                           grpc_ssl_server_certificate_config** config);

  private:
    std::mutex mutex_;  // guards what follows
    TlsIdentity identity_;
    bool changed_ = true;
};

// The shelf and the gate outlive the server that uses the credentials.
std::shared_ptr<grpc::ServerCredentials> gated_credentials(CertificateShelf& shelf, const Gate& gate);

// kInvalidArgument: no certificate, no key, or a key that is not the certificate's.
Status check_identity(const TlsIdentity& identity, bool needs_certificate);

}  // namespace huizhen::rpc
