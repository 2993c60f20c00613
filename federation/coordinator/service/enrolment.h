#pragma once

// Enrolment as the port offers it. Any thread; each call but that for the roster is one task of the loop, and
// waits for it.

#include <huizhen/rpc/enrolment.h>

namespace huizhen::coordinator {

class Coordinator;

class Enrolment final : public rpc::EnrolmentHandler {
  public:
    // `coordinator` outlives it.
    explicit Enrolment(Coordinator& coordinator) : coordinator_(coordinator) {}

    Result<rpc::EnrolReply> enrol(const rpc::SiteId& site, std::string_view invitation,
                                  std::string_view request_pem) override;
    Result<rpc::EnrolReply> poll(std::string_view ticket) override;
    Result<std::string> root_pem() override;
    Result<rpc::EnrolReply> renew(const rpc::Peer& site, std::string_view request_pem,
                                  std::string_view proof) override;
    Status leave(const rpc::Peer& site, std::string_view reason) override;
    Result<rpc::RosterPage> roster(std::uint64_t skip, std::size_t max) override;
    Result<rpc::LineagePage> lineage(std::string_view task, std::uint64_t skip,
                                     std::size_t max_bytes) override;
    Result<std::string> revocation_list_pem() override;

  private:
    Result<rpc::EnrolReply> ask(const std::string& name, const std::string& secret,
                                const std::string& request);
    Coordinator& coordinator_;
};

}  // namespace huizhen::coordinator
