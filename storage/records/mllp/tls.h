#pragma once

// OpenSSL's context for servers, by BCP 195 (RFC 9325).

#include <memory>

#include <openssl/ssl.h>

#include <huizhen/mllp/server.h>

namespace huizhen::mllp {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

// kNotFound, kMalformedInput: "tls", naming the file.
Result<TlsContext> server_context(const TlsFiles& files);

}  // namespace huizhen::mllp
