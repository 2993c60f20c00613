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

// A part of the log of all certificates ever issued, in that order.
struct RosterPage {
    std::vector<IssuedCertificate> certificates;
    std::uint64_t count = 0;  // of the whole log
    std::string head;         // of the whole log (identity/issuance_log.h)
};

// What became of the models of a task: signed records, oldest first.
struct LineagePage {
    std::vector<std::string> records;
    std::string public_key;  // Ed25519
};

// Called from ServerParts::calls, and may wait there: at most Limits::max_enrolment_calls at a time are
// waited for, and what comes beyond them is refused as "busy". Calls without a certificate arrive at most
// Limits::enrolments_per_minute.
class EnrolmentHandler {
  public:
    virtual ~EnrolmentHandler() = default;
    // These three come from strangers.
    virtual Result<EnrolReply> enrol(const SiteId& site, std::string_view invitation,
                                     std::string_view request_pem) = 0;
    virtual Result<EnrolReply> poll(std::string_view ticket) = 0;
    virtual Result<std::string> root_pem() = 0;

    // `proof`: the current key's signature (identity/certificate_request.h).
    virtual Result<EnrolReply> renew(const Peer& site, std::string_view request_pem,
                                     std::string_view proof) = 0;
    // The site's own people have it leave; `reason` is one line.
    virtual Status leave(const Peer& site, std::string_view reason) = 0;
    // At most `max` certificates after the first `skip`.
    virtual Result<RosterPage> roster(std::uint64_t skip, std::size_t max) = 0;
    // At most `max_bytes` of records after the first `skip`.
    virtual Result<LineagePage> lineage(std::string_view task, std::uint64_t skip, std::size_t max_bytes) = 0;
    // X.509 CRLs: one of the issuing key, and behind it one of the root where it has revoked issuing keys.
    virtual Result<std::string> revocation_list_pem() = 0;
};

}  // namespace huizhen::rpc
