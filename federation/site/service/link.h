#pragma once

// What the site asks of its connection to the coordinator: rpc::NodeLink, or a test's.

#include <huizhen/rpc/node_link.h>

namespace huizhen::site {

// Any thread.
class Link {
  public:
    virtual ~Link() = default;
    virtual Status send(rpc::RoundMessage message) = 0;
    // Blocking.
    virtual Status fetch(const Sha256Digest& digest, rpc::ObjectStore& into, const rpc::Progress& progress,
                         const std::stop_token& stop) = 0;
    virtual Status put(const Sha256Digest& digest, rpc::ObjectSource& from, const rpc::Progress& progress,
                       const std::stop_token& stop) = 0;
    virtual Result<rpc::EnrolReply> renew(std::string_view request_pem, std::string_view proof) = 0;
    virtual Result<rpc::RosterPage> roster(std::uint64_t skip) = 0;
    virtual Result<std::string> revocation_lists() = 0;
    virtual Result<rpc::LineagePage> lineage(std::string_view task, std::uint64_t skip) = 0;
    virtual Status leave(const rpc::TlsIdentity& identity, std::string_view why) = 0;
    virtual Status reload(rpc::TlsIdentity identity) = 0;
};

class RpcLink final : public Link {
  public:
    RpcLink(rpc::NodeOptions options, const rpc::PeerCheck& peers, rpc::NodeHandler& handler,
            RandomSource& random)
        : coordinator_(options.coordinator),
          peers_(peers),
          node_(std::move(options), peers, handler, random) {}

    Status run(const std::stop_token& stop) { return node_.run(stop); }

    Status send(rpc::RoundMessage message) override { return node_.send(std::move(message)); }
    Status fetch(const Sha256Digest& digest, rpc::ObjectStore& into, const rpc::Progress& progress,
                 const std::stop_token& stop) override {
        return node_.fetch(digest, into, progress, stop);
    }
    Status put(const Sha256Digest& digest, rpc::ObjectSource& from, const rpc::Progress& progress,
               const std::stop_token& stop) override {
        return node_.put(digest, from, progress, stop);
    }
    Result<rpc::EnrolReply> renew(std::string_view request_pem, std::string_view proof) override {
        return node_.renew(request_pem, proof);
    }
    Result<rpc::RosterPage> roster(std::uint64_t skip) override { return node_.roster(skip); }
    Result<std::string> revocation_lists() override { return node_.revocation_list_pem(); }
    Result<rpc::LineagePage> lineage(std::string_view task, std::uint64_t skip) override {
        return node_.lineage(task, skip);
    }
    Status leave(const rpc::TlsIdentity& identity, std::string_view why) override {
        return rpc::leave_federation(coordinator_, identity, peers_, why);
    }
    Status reload(rpc::TlsIdentity identity) override { return node_.reload(std::move(identity)); }

  private:
    rpc::Endpoint coordinator_;
    const rpc::PeerCheck& peers_;
    rpc::NodeLink node_;
};

}  // namespace huizhen::site
