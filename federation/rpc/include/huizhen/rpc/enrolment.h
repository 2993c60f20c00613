#pragma once

// How certificates travel: the coordinator's side is implemented by the program over huizhen::identity, the
// hospital's side is a few calls.

#include <chrono>
#include <string>
#include <vector>

#include <huizhen/rpc/frame.h>
#include <huizhen/rpc/peer.h>

namespace huizhen::rpc {

struct EnrolReply {
    enum class State { kWaiting, kIssued, kRejected };
    State state = State::kWaiting;
    std::string ticket;                 // secret, to poll with; empty once decided
    std::string certificate_chain_pem;  // kIssued
    std::string trust_pem;              // kIssued
    std::string reason;                 // kRejected
};

struct IssuedCertificate {
    SiteId site;
    std::string certificate_pem;
    std::chrono::system_clock::time_point issued;
    std::chrono::system_clock::time_point revoked;  // the epoch: not revoked
};

// Called from gRPC threads; may take some milliseconds (a database), not more. Calls without a certificate
// arrive at most Limits::enrolments_per_minute.
class EnrolmentHandler {
  public:
    virtual ~EnrolmentHandler() = default;
    virtual Result<EnrolReply> enrol(const SiteId& site, std::string_view invitation,
                                     std::string_view request_pem) = 0;
    virtual Result<EnrolReply> poll(std::string_view ticket) = 0;
    virtual Result<EnrolReply> renew(const Peer& site, std::string_view request_pem) = 0;
    // At most `max` certificates of sites whose name comes after `after`, by name.
    virtual Result<std::vector<IssuedCertificate>> roster(const SiteId& after, std::size_t max) = 0;
    virtual Result<std::string> revocation_list_pem() = 0;
};

}  // namespace huizhen::rpc
