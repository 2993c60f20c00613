#pragma once

// One association over DCMTK's upper layer (PS3.8), for both sides: negotiated, then messages of commands and
// data sets, read with limits and under a watch. One thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/dicom_network/peer.h>

#include "command.h"
#include "tls.h"
#include "watchdog.h"

struct T_ASC_Association;
struct T_ASC_Network;

namespace huizhen::imaging {

struct Pace {
    std::chrono::milliseconds idle = std::chrono::minutes(1), message = std::chrono::minutes(15);
    TimePoint whole_until = TimePoint::max();
};

// A presentation context to propose, or one that was accepted.
struct Context {
    std::uint8_t id = 0;
    std::string abstract_syntax;
    std::vector<std::string> syntaxes;  // proposed; or the one accepted
    bool turned = false;                // the requestor takes the provider's role (PS3.7 D.3.3.4)
    bool both = false;                  // and its own too
};

struct Message {
    std::uint8_t context = 0;
    CommandSet command;
};

// What a peer proposed, and what becomes of it.
struct Request {
    std::string calling_ae, called_ae, application_context;
    std::vector<Context> contexts;
    std::vector<unsigned char> certificate;  // DER; empty without TLS
};
enum class Rejection { kCallingTitle, kCalledTitle, kApplicationContext, kCongestion };

class Association {
  public:
    // Takes over an accepted socket: handshake, and the peer's request. An error: nothing that one could
    // answer.
    static Result<std::unique_ptr<Association>> receive(int socket, TlsContext* tls, Watch& watch);
    // Opens one. `contexts` with ids 1, 3, 5, ...
    static Result<std::unique_ptr<Association>> request(const std::string& our_ae, const Destination& to,
                                                        std::vector<Context> contexts, TlsContext* tls,
                                                        Watch& watch);
    ~Association();  // closes the connection, as it is

    Request peer_request() const;  // after receive()
    void reject(Rejection reason);
    // Accepts those, and rejects every other context.
    Status accept(const std::vector<Context>& contexts);

    const Context* context(std::uint8_t id) const;  // among the accepted
    const std::vector<Context>& contexts() const { return contexts_; }

    void set_pace(const Pace& pace) { pace_ = pace; }
    // The next command; nullopt: the peer asked for release, which is granted.
    Result<std::optional<Message>> next();
    // The data set behind a command. `take` gets each fragment in turn; when it says false, the rest is read
    // and dropped.
    Status read_data_set(std::uint8_t context, const std::function<bool(std::span<const std::byte>)>& take);
    // The same into memory. kLimitExceeded, after all of it was read.
    Result<std::vector<std::byte>> read_data_set(std::uint8_t context, std::size_t max_bytes);
    Status send(std::uint8_t context, const CommandSet& command);
    Status send(std::uint8_t context, const CommandSet& command, std::span<const std::byte> data_set);

    // Whether something can be read within that time.
    bool readable(std::chrono::milliseconds within);
    std::uint16_t new_message_id() { return ++message_id_; }
    Watch& watch() { return watch_; }
    bool over_tls() const { return over_tls_; }

    void release();  // as requestor
    void abort();

  private:
    struct Pdv;
    class Layer;
    explicit Association(Watch& watch);
    Result<std::optional<Pdv>> next_pdv();
    Status write(std::uint8_t context, bool is_command, std::span<const std::byte> bytes);
    std::vector<unsigned char> certificate() const;
    void arm();

    Watch& watch_;
    std::unique_ptr<Layer> layer_;  // outlives the network
    T_ASC_Network* network_ = nullptr;
    T_ASC_Association* association_ = nullptr;
    std::vector<Context> contexts_;
    std::unique_ptr<Pdv> waiting_;  // looked at by readable()
    Pace pace_;
    std::optional<TimePoint> message_began_;
    std::uint16_t message_id_ = 0;
    bool over_tls_ = false;
};

// "the peer took longer than ..." for a limit that passed, else `otherwise`.
Error ended_by(Limit limit, Error otherwise);

}  // namespace huizhen::imaging
