#include "dicom_network_entry.h"

#include <sys/socket.h>
#include <unistd.h>

#include <huizhen/base/check.h>
#include <huizhen/dicom/identity.h>

#include "session.h"

// DCMTK loses the lists of an association request that it cannot parse: some tens of bytes each.
extern "C" [[gnu::visibility("default")]] const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() { return "leak:libdcmnet"; }

namespace huizhen::fuzz {
namespace {

using namespace imaging;

class CheckingSink final : public InstanceSink {
  public:
    Status store(const InstanceHeader& header, std::span<const std::byte> file) override {
        const auto identity = read_identity(file);
        HZ_CHECK(identity.has_value(), "what is handed on can be read");
        HZ_CHECK(identity->sop_instance_uid == header.sop_instance_uid && is_uid(header.sop_instance_uid) &&
                     identity->sop_class_uid == header.sop_class_uid && is_uid(header.sop_class_uid),
                 "and is what its header says");
        return {};
    }
};

class AcceptingDesk final : public CommitmentDesk {
  public:
    Result<CommitmentReport> answer(const std::string&, const CommitmentRequest& request) override {
        return CommitmentReport{request.transaction_uid, request.instances, {}};
    }
    void undelivered(const std::string&, const CommitmentReport&) override {}
    void reported(const std::string&, const CommitmentReport&) override {}
};

class Watcher final : public NetworkObserver {
  public:
    void refused(const Refusal& refusal) override {
        internal = internal || refusal.reason == RefusalReason::kInternal;
    }
    void accepted(const std::string&, const std::string&) override {}
    void ended(const AssociationSummary& summary) override { released = summary.released; }
    bool released = false, internal = false;
};

ServerOptions options() {
    ServerOptions options;
    options.ae_title = "HUIZHEN";
    options.peers = {{"PACS", {"127.0.0.1"}, {}}};
    options.limits.max_object_bytes = kMaxPeerBytes / 2;
    return options;
}

}  // namespace

bool serve_dicom_peer(std::span<const std::uint8_t> bytes) {
    static Watchdog watchdog;
    static CheckingSink sink;
    static AcceptingDesk desk;
    const ServerOptions served = options();
    Watcher watcher;
    const ServerParts parts{sink, watcher, &desk};
    SessionSetting setting{served, parts, {}, nullptr, ByteBudget(kMaxPeerBytes)};
    setting.peers.push_back({served.peers.front(), {}});

    int ends[2];
    HZ_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets");
    const int size = 4 * kMaxPeerBytes;
    ::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    const auto sent =
        ::send(ends[1], bytes.data(), std::min(bytes.size(), kMaxPeerBytes), MSG_DONTWAIT | MSG_NOSIGNAL);
    HZ_CHECK(sent >= 0 || bytes.empty(), "the buffer takes an input");
    ::shutdown(ends[1], SHUT_WR);
    {
        Watch watch(watchdog);
        Session(setting, Address::parse("127.0.0.1").value(), watch).run(ends[0]);
    }
    ::close(ends[1]);
    HZ_CHECK(setting.open == 0, "no place stays taken");
    HZ_CHECK(setting.budget.take(kMaxPeerBytes), "all bytes were given back");
    HZ_CHECK(!watcher.internal, "nothing was thrown");
    return watcher.released;
}

}  // namespace huizhen::fuzz
