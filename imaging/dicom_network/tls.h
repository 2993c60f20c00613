#pragma once

// TLS by DCMTK's transport layer: our certificate, those we trust, and what stands in a peer's.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <huizhen/dicom_network/peer.h>

class DcmTLSTransportLayer;

namespace huizhen::imaging {

enum class TlsRole { kServer, kClient };

class TlsContext {
  public:
    static Result<std::unique_ptr<TlsContext>> make(const TlsFiles& files, TlsRole role);
    ~TlsContext();

    DcmTLSTransportLayer& layer() { return *layer_; }  // makes connections on any thread

  private:
    explicit TlsContext(std::unique_ptr<DcmTLSTransportLayer> layer);
    std::unique_ptr<DcmTLSTransportLayer> layer_;
};

// Of a certificate in DER: DNS names and addresses of the subjectAltName, the common name, and "sha256:" with
// the fingerprint.
std::vector<std::string> names_in_certificate(std::span<const unsigned char> der);

// Names compare without case.
bool certificate_is_named(std::span<const unsigned char> der, std::span<const std::string> expected);

}  // namespace huizhen::imaging
