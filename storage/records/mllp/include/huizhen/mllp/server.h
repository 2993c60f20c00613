#pragma once

// Hospitals' HL7 feeds: a listener with a thread of its own, which moves bytes and knows nothing of what they
// say.
//
//     sender ─TCP or TLS─> frames ─MessageHandler─> (another thread stores, in batches) ─Answer─> sender, in
//     order
//
// Whoever is not on the list of addresses, or comes when the house is full, is told nothing and let go. A
// connection that has as many messages without an answer as it may have is not read from until one is
// answered.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/clock.h>
#include <huizhen/base/result.h>
#include <huizhen/mllp/framer.h>

namespace huizhen::mllp {

class Answers;

// The right to answer one message, once, from any thread, also when the server is gone. Destroyed without an
// answer, it closes the connection, so that the sender comes again.
class Answer {
  public:
    Answer(std::shared_ptr<Answers> answers, std::uint64_t connection, std::uint64_t message);
    ~Answer();
    Answer(Answer&& other) noexcept = default;
    Answer& operator=(Answer&& other) noexcept;

    void send(std::string message);  // without its frame
    void none();                     // the sender wants none

  private:
    void give(std::optional<std::string> message, bool close);
    std::shared_ptr<Answers> answers_;  // of the server and of all that is not answered yet; null once given
    std::uint64_t connection_, message_;
};

struct Peer {
    std::string address;      // "10.2.3.4"
    std::string certificate;  // the subject's name (RFC 2253); empty without TLS
};

// Called by the server's thread, which waits: it hands over and returns. Must not throw.
class MessageHandler {
  public:
    virtual ~MessageHandler() = default;
    virtual void on_message(const Peer& peer, std::string message, Answer answer) = 0;
    // A connection that was refused or broken off, and why: for the audit. No patient data.
    virtual void on_refused(const std::string& address, const Error& why) = 0;
};

// TLS 1.2 and newer with the suites of BCP 195; the sender shows a certificate of `authority_file`.
struct TlsFiles {
    std::filesystem::path certificate_file, key_file, authority_file;  // PEM; the chain, leaf first
};

struct ServerSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 2575;         // 0: any that is free
    std::vector<std::string> allowed;  // "10.2.3.4", "10.2.0.0/16", "fd00::/8"; empty: every address
    std::optional<TlsFiles> tls;
    std::size_t max_connections = 256;
    std::size_t max_connections_per_address = 64;
    std::size_t max_frame_bytes = kMaxFrameBytes;
    std::size_t max_unanswered = 64;                           // messages of one connection
    std::size_t max_unanswered_bytes = std::size_t{64} << 20;  // of all connections; one message may pass it
    std::chrono::seconds idle{300};  // a connection without a message, and one that does not take its answers
    std::chrono::seconds handshake{10};  // until TLS stands
    std::chrono::seconds drain{5};       // stop() waits so long for answers
};

struct ServerCounts {
    std::uint64_t accepted = 0, refused = 0, broken = 0, messages = 0, answers = 0;
    std::size_t open = 0, unanswered = 0;
};

// start() and stop() by one thread; the rest by any.
class Server {
  public:
    // Listens when this returns. `handler` and `clock` outlive it. kInvalidArgument "address"; kUnavailable
    // "port-in-use", "cannot-listen"; kNotFound, kMalformedInput "tls": naming the file.
    static Result<std::unique_ptr<Server>> start(const ServerSettings& settings, MessageHandler& handler,
                                                 const Clock& clock = system_clock());
    ~Server();  // stop()
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    ServerCounts counts() const;
    // No new connections and messages; waits for answers that are due, at most `drain`, and for the thread.
    void stop();

  private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::mllp
