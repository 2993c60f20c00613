#include <huizhen/base/check.h>
#include <huizhen/dicom_network/observer.h>

namespace huizhen::imaging {

std::string_view refusal_name(RefusalReason reason) {
    switch (reason) {
        case RefusalReason::kAddress: return "address";
        case RefusalReason::kTooManyConnections: return "too-many-connections";
        case RefusalReason::kTooManyAssociations: return "too-many-associations";
        case RefusalReason::kTls: return "tls";
        case RefusalReason::kCertificateName: return "certificate-name";
        case RefusalReason::kCallingTitle: return "calling-title";
        case RefusalReason::kCalledTitle: return "called-title";
        case RefusalReason::kNothingInCommon: return "nothing-in-common";
        case RefusalReason::kProtocol: return "protocol";
        case RefusalReason::kTimeLimit: return "time-limit";
        case RefusalReason::kAborted: return "aborted";
        case RefusalReason::kOperation: return "operation";
        case RefusalReason::kObjectTooLarge: return "object-too-large";
        case RefusalReason::kOutOfMemory: return "out-of-memory";
        case RefusalReason::kObjectMalformed: return "object-malformed";
        case RefusalReason::kObjectMismatch: return "object-mismatch";
        case RefusalReason::kNotStored: return "not-stored";
        case RefusalReason::kCommitment: return "commitment";
        case RefusalReason::kStopped: return "stopped";
        case RefusalReason::kInternal: return "internal";
    }
    check_failed(__FILE__, __LINE__, "reason", "every refusal has a name");
}

}  // namespace huizhen::imaging
