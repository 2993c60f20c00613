#include "tls.h"

#include <openssl/err.h>

namespace huizhen::mllp {
namespace {

constexpr const char* kSuites12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kSuites13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

Status check_file(const std::filesystem::path& path, const char* what, bool loaded) {
    if (loaded) return {};
    ERR_clear_error();
    std::error_code ignored;
    const bool there = std::filesystem::exists(path, ignored);
    return fail(there ? ErrorCode::kMalformedInput : ErrorCode::kNotFound,
                "tls: " + path.string() + (there ? " holds no " : " is not there; it must hold the ") + what);
}

}  // namespace

Result<TlsContext> server_context(const TlsFiles& files) {
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* raw = context.get();
    std::string groups = "X25519:P-256:P-384";  // OpenSSL's macro casts const away
    const bool made = raw != nullptr && SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_cipher_list(raw, kSuites12) == 1 &&
                      SSL_CTX_set_ciphersuites(raw, kSuites13) == 1 &&
                      SSL_CTX_set1_groups_list(raw, groups.data()) == 1;
    if (!made) return fail(ErrorCode::kUnavailable, "tls: this system's OpenSSL lacks the suites of BCP 195");
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(
        raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // Never asks at the terminal.
    SSL_CTX_set_default_passwd_cb(raw, [](char*, int, int, void*) { return 0; });
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    HZ_TRY(check_file(files.authority_file, "certificates of those who sign senders",
                      SSL_CTX_load_verify_locations(raw, files.authority_file.c_str(), nullptr) == 1));
    HZ_TRY(check_file(files.certificate_file, "certificate of this server",
                      SSL_CTX_use_certificate_chain_file(raw, files.certificate_file.c_str()) == 1));
    HZ_TRY(check_file(files.key_file, "key of the server's certificate",
                      SSL_CTX_use_PrivateKey_file(raw, files.key_file.c_str(), SSL_FILETYPE_PEM) == 1 &&
                          SSL_CTX_check_private_key(raw) == 1));
    return context;
}

}  // namespace huizhen::mllp
