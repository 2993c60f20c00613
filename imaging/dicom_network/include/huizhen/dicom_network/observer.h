#pragma once

// What the network tells audit and metrics. No patient data: UIDs of objects, texts of peers and file names
// stay out.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace huizhen::imaging {

enum class RefusalReason {
    kAddress,              // not on the list
    kTooManyConnections,   // closed at once
    kTooManyAssociations,  // rejected: temporary congestion
    kTls,                  // no handshake: plain text, no certificate, an expired or foreign one
    kCertificateName,      // a good certificate of somebody else
    kCallingTitle,
    kCalledTitle,
    kNothingInCommon,  // no presentation context is acceptable
    kProtocol,         // not DICOM, or DICOM against the rules
    kTimeLimit,
    kAborted,    // by the peer, or the line went down, with something still to come
    kOperation,  // a command that is not served here
    kObjectTooLarge,
    kOutOfMemory,  // too much in flight
    kObjectMalformed,
    kObjectMismatch,  // the command's UIDs are not the data set's
    kNotStored,       // the sink's error
    kCommitment,      // the desk's error
    kStopped,         // the server stops
    kInternal,
};

// "calling-title" and the like: stable, for metrics' labels and audit records.
std::string_view refusal_name(RefusalReason reason);

struct Refusal {
    RefusalReason reason = RefusalReason::kInternal;
    std::string address;     // of the peer
    std::string calling_ae;  // as it calls itself, unless it is refused before it could say; printable ASCII
    std::string detail;      // a sentence
};

struct AssociationSummary {
    std::string address, calling_ae;
    bool over_tls = false;
    bool released = false;  // as it should be; otherwise a Refusal says why it ended
    std::uint64_t stored = 0, refused = 0, bytes = 0;
    std::chrono::milliseconds lasted{0};
};

// Called from the listener's and associations' threads, several at once; returns quickly.
class NetworkObserver {
  public:
    virtual ~NetworkObserver() = default;
    virtual void refused(const Refusal& refusal) = 0;
    virtual void accepted(const std::string& address, const std::string& calling_ae) = 0;
    virtual void ended(const AssociationSummary& summary) = 0;  // of accepted ones
};

}  // namespace huizhen::imaging
