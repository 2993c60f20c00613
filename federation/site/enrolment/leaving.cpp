#include "leaving.h"

#include <huizhen/rpc/node_link.h>

#include "enrolment/server_check.h"

namespace huizhen::site {

std::string leaving_reason(const std::string& who) { return "left the federation, by order of " + who; }

void mark_left(Enrolment& enrolment, const std::string& who, const Status& told, const Clock& clock) {
    enrolment.state = Membership::kLeft;
    enrolment.why = "left by " + who;
    if (!told) enrolment.why += "; the coordinator was not told: " + told.error().message();
    enrolment.changed_at = wall_now(clock);
}

Status tell_coordinator(const Enrolment& enrolment, const KeyFolder& keys, const std::string& who,
                        const Clock& clock) {
    HZ_ASSIGN(const identity::Certificate root, keys.root());
    HZ_ASSIGN(const SiteCertificate own, keys.certificate());
    const ServerCheck check(root, clock);
    const rpc::TlsIdentity identity{root.pem(), own.chain_pem,
                                    std::string(own.key.to_pem().reveal_secret("TLS presents the key"))};
    return rpc::leave_federation({enrolment.coordinator, enrolment.proxy}, identity, check,
                                 leaving_reason(who));
}

}  // namespace huizhen::site
