#pragma once

// Bytes over a socket, plain or in TLS, without waiting. The server's thread alone.

#include <span>

#include "socket.h"
#include "tls.h"

namespace huizhen::mllp {

class Channel {
  public:
    // `context` null: plain.
    Channel(Descriptor socket, SSL_CTX* context);

    enum class State { kDone, kWait, kClosed, kBroken };
    struct Moved {
        State state;
        std::size_t bytes = 0;  // of kDone
    };
    Moved read(std::span<char> into);
    Moved write(std::string_view from);
    State handshake();  // kDone at once where it is plain

    int descriptor() const { return socket_.get(); }
    bool wants_to_write() const { return wants_to_write_; }  // TLS may have to write before it can read
    std::string certificate_name() const;
    void say_goodbye();

  private:
    State state_of(int result);
    struct FreeSession {
        void operator()(SSL* session) const { SSL_free(session); }
    };
    Descriptor socket_;
    std::unique_ptr<SSL, FreeSession> session_;  // goes before the socket
    bool wants_to_write_ = false;
};

}  // namespace huizhen::mllp
