#include "channel.h"

#include <cerrno>

#include <openssl/err.h>
#include <openssl/x509.h>

namespace huizhen::mllp {
namespace {

Channel::State state_of_errno() {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return Channel::State::kWait;
    return errno == ECONNRESET || errno == EPIPE ? Channel::State::kClosed : Channel::State::kBroken;
}

}  // namespace

Channel::Channel(Descriptor socket, SSL_CTX* context) : socket_(std::move(socket)) {
    if (context == nullptr) return;
    session_.reset(SSL_new(context));
    if (session_ == nullptr) return;
    SSL_set_fd(session_.get(), socket_.get());
    SSL_set_accept_state(session_.get());
}

Channel::State Channel::state_of(int result) {
    wants_to_write_ = false;
    const int saved = errno;
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_NONE: return State::kDone;
        case SSL_ERROR_WANT_READ: return State::kWait;
        case SSL_ERROR_WANT_WRITE: wants_to_write_ = true; return State::kWait;
        case SSL_ERROR_ZERO_RETURN: return State::kClosed;
        case SSL_ERROR_SYSCALL:
            ERR_clear_error();
            return saved == 0 || saved == ECONNRESET || saved == EPIPE ? State::kClosed : State::kBroken;
        default: ERR_clear_error(); return State::kBroken;
    }
}

Channel::State Channel::handshake() {
    if (session_ == nullptr) return State::kDone;
    ERR_clear_error();
    errno = 0;
    return state_of(SSL_do_handshake(session_.get()));
}

Channel::Moved Channel::read(std::span<char> into) {
    if (session_ == nullptr) {
        const auto got = ::recv(socket_.get(), into.data(), into.size(), 0);
        if (got > 0) return {State::kDone, static_cast<std::size_t>(got)};
        return {got == 0 ? State::kClosed : state_of_errno()};
    }
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const int result = SSL_read_ex(session_.get(), into.data(), into.size(), &got);
    return {result == 1 ? State::kDone : state_of(result), got};
}

Channel::Moved Channel::write(std::string_view from) {
    if (session_ == nullptr) {
        const auto put = ::send(socket_.get(), from.data(), from.size(), MSG_NOSIGNAL);
        if (put >= 0) return {State::kDone, static_cast<std::size_t>(put)};
        return {state_of_errno()};
    }
    ERR_clear_error();
    errno = 0;
    std::size_t put = 0;
    const int result = SSL_write_ex(session_.get(), from.data(), from.size(), &put);
    return {result == 1 ? State::kDone : state_of(result), put};
}

std::string Channel::certificate_name() const {
    if (session_ == nullptr) return {};
    const X509* certificate = SSL_get0_peer_certificate(session_.get());
    if (certificate == nullptr) return {};
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
    X509_NAME_print_ex(memory.get(), X509_get_subject_name(certificate), 0,
                       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &text);
    return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

void Channel::say_goodbye() {
    if (session_ != nullptr && SSL_is_init_finished(session_.get()) == 1) SSL_shutdown(session_.get());
    ERR_clear_error();
}

}  // namespace huizhen::mllp
