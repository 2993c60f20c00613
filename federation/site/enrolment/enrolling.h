#pragma once

// huizhen/site/enrol.h, with the network as a parameter.

#include <filesystem>
#include <functional>
#include <stop_token>

#include <huizhen/base/random_source.h>
#include <huizhen/identity/invitation.h>
#include <huizhen/rpc/enrolment.h>
#include <huizhen/rpc/peer.h>
#include <huizhen/site/enrol.h>

#include "keys/key_folder.h"
#include "state/membership_store.h"

namespace huizhen::site {

// The coordinator, as an enrolment calls it.
class EnrolmentCalls {
  public:
    virtual ~EnrolmentCalls() = default;
    // Of whoever answers; compared by its hash.
    virtual Result<std::string> root_pem() = 0;
    // Over a connection that leads up to this root.
    virtual Result<rpc::EnrolReply> enrol(const identity::Certificate& root, const std::string& site,
                                          std::string_view invitation, std::string_view request_pem) = 0;
    virtual Result<rpc::EnrolReply> poll(const identity::Certificate& root, std::string_view ticket) = 0;
};

// Where the request is made to.
std::unique_ptr<EnrolmentCalls> enrolment_calls(std::string coordinator, std::optional<std::string> proxy,
                                                const Clock& clock);

struct EnrolParts {
    std::filesystem::path state;
    std::optional<std::string> proxy;
    const Clock* clock = &system_clock();
    RandomSource* random = &system_random();
    std::function<std::unique_ptr<EnrolmentCalls>(const std::string& coordinator,
                                                  const std::optional<std::string>& proxy)>
        call;
    EnrolDialogue dialogue;
};

Result<Enrolled> enrol(const EnrolParts& parts);

}  // namespace huizhen::site
