#pragma once

// Storage commitment (PS3.4 J): a peer asks whether we answer for objects from now on, and we ask others.

#include <cstdint>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

struct InstanceReference {
    std::string sop_class_uid, sop_instance_uid;

    friend bool operator==(const InstanceReference&, const InstanceReference&) = default;
};

struct CommitmentRequest {
    std::string transaction_uid;
    std::vector<InstanceReference> instances;
};

enum class CommitmentFailure : std::uint16_t {
    kProcessing = 0x0110,
    kNoSuchInstance = 0x0112,
    kResourceLimit = 0x0213,
    kClassNotSupported = 0x0122,
    kClassConflict = 0x0119,  // it is here, and of another class
    kDuplicateTransaction = 0x0131,
};

struct FailedReference {
    InstanceReference instance;
    CommitmentFailure reason = CommitmentFailure::kProcessing;
};

struct CommitmentReport {
    std::string transaction_uid;
    std::vector<InstanceReference> committed;
    std::vector<FailedReference> failed;
};

// Answers peers, and hears their answers. Called from associations' threads.
class CommitmentDesk {
  public:
    virtual ~CommitmentDesk() = default;

    // Which of these are durably here. An error refuses the whole request: 0110 processing failure.
    virtual Result<CommitmentReport> answer(const std::string& calling_ae,
                                            const CommitmentRequest& request) = 0;

    // The report could not be given on the peer's own association, or the peer wants another: to be sent, and
    // sent again, through DicomClient::report_commitment.
    virtual void undelivered(const std::string& calling_ae, const CommitmentReport& report) = 0;

    // A peer's report about what we had asked it.
    virtual void reported(const std::string& calling_ae, const CommitmentReport& report) = 0;
};

}  // namespace huizhen::imaging
