#include <huizhen/rpc/node_link.h>

#include "enrolling.h"
#include "server_check.h"

namespace huizhen::site {
namespace {

class RpcCalls final : public EnrolmentCalls {
  public:
    RpcCalls(std::string coordinator, std::optional<std::string> proxy, const Clock& clock)
        : endpoint_{std::move(coordinator), std::move(proxy)}, clock_(clock) {}

    Result<std::string> root_pem() override { return rpc::unverified_root_pem(endpoint_); }
    Result<rpc::EnrolReply> enrol(const identity::Certificate& root, const std::string& site,
                                  std::string_view invitation, std::string_view request_pem) override {
        const ServerCheck check(root, clock_);
        const rpc::Enroller enroller{endpoint_, root.pem(), &check};
        return enroller.enrol(rpc::SiteId(site), invitation, request_pem);
    }
    Result<rpc::EnrolReply> poll(const identity::Certificate& root, std::string_view ticket) override {
        const ServerCheck check(root, clock_);
        const rpc::Enroller enroller{endpoint_, root.pem(), &check};
        return enroller.poll(ticket);
    }

  private:
    rpc::Endpoint endpoint_;
    const Clock& clock_;
};

}  // namespace

std::unique_ptr<EnrolmentCalls> enrolment_calls(std::string coordinator, std::optional<std::string> proxy,
                                                const Clock& clock) {
    return std::make_unique<RpcCalls>(std::move(coordinator), std::move(proxy), clock);
}

Result<Enrolled> enrol(const std::filesystem::path& state, const std::optional<std::string>& proxy,
                       const EnrolDialogue& dialogue) {
    EnrolParts parts;
    parts.state = state;
    parts.proxy = proxy;
    parts.call = [](const std::string& coordinator, const std::optional<std::string>& by) {
        return enrolment_calls(coordinator, by, system_clock());
    };
    parts.dialogue = dialogue;
    return enrol(parts);
}

}  // namespace huizhen::site
