#pragma once

// One association that a peer opened: who it is, what is agreed on, and its messages until it releases.

#include <huizhen/dicom_network/server.h>

#include "address.h"
#include "association.h"
#include "byte_budget.h"
#include "instance_receiver.h"

namespace huizhen::imaging {

struct KnownPeer {
    Peer peer;
    std::vector<AddressRange> ranges;  // empty: anywhere
};

// What the sessions of a server share. Any thread.
struct SessionSetting {
    const ServerOptions& options;
    const ServerParts& parts;
    std::vector<KnownPeer> peers;
    std::unique_ptr<TlsContext> tls;  // null: plain text
    ByteBudget budget;
    std::atomic<std::size_t> open = 0;  // associations
};

class Session {
  public:
    Session(SessionSetting& setting, Address address, Watch& watch);

    // Takes over the socket, and returns when the connection is closed. Throws nothing of ours or DCMTK's.
    void run(int socket);

  private:
    struct Place;
    void negotiate(int socket);
    const Peer* identify(const Request& request);
    std::vector<Context> acceptable(const std::vector<Context>& proposed) const;
    bool serve(const Peer& peer);  // whether the peer released
    Status handle(const Message& message, const Peer& peer);
    Status handle_action(const Message& message, const Peer& peer);
    Status handle_event_report(const Message& message);
    Status report_commitment(std::uint8_t context, const Peer& peer, CommitmentReport report);
    void handle_report_response(const Message& message);
    Status refuse_operation(const Message& message);
    void report(RefusalReason reason, const std::string& detail) const;
    void report_end(const Error& error) const;

    SessionSetting& setting_;
    std::string address_text_;
    Address address_;
    Watch& watch_;
    std::string calling_ae_;
    std::unique_ptr<Association> association_;
    std::unique_ptr<InstanceReceiver> receiver_;
    std::map<std::uint16_t, CommitmentReport> unanswered_;  // reports on this association, by message ID
};

}  // namespace huizhen::imaging
