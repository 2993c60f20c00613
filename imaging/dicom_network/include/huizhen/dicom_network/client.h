#pragma once

// The DICOM service class user: what we ask of archives and send to them. Every call opens an association of
// its own, blocks the calling thread, and ends early when `stop` is asked for: queries and retrievals by
// C-CANCEL, everything else by aborting. Any thread. Trying again is the caller's business.
//
// Errors: kUnavailable (no connection, rejected, aborted: worth another try), kPermissionDenied (the peer
// does not know us, or its certificate is not the expected one), kUnsupported (it does not offer the
// service), kMalformedInput (an answer against the rules), kLimitExceeded, kCancelled (`stop`, or a time
// limit). No message holds what was asked or answered. The process ignores SIGPIPE from the first call on.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/dicom_network/commitment.h>
#include <huizhen/dicom_network/instance_sink.h>
#include <huizhen/dicom_network/limits.h>
#include <huizhen/dicom_network/peer.h>
#include <huizhen/dicom_network/query.h>

namespace huizhen::imaging {

// Files by PS3.10, read twice: their headers before the association, to propose what is needed, then whole,
// one after another.
class ObjectSource {
  public:
    virtual ~ObjectSource() = default;
    virtual std::size_t count() const = 0;
    virtual Result<std::vector<std::byte>> read(std::size_t index) = 0;
};

class FileSource final : public ObjectSource {
  public:
    explicit FileSource(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}
    std::size_t count() const override { return files_.size(); }
    Result<std::vector<std::byte>> read(std::size_t index) override;

  private:
    std::vector<std::filesystem::path> files_;
};

class MemorySource final : public ObjectSource {
  public:
    explicit MemorySource(std::vector<std::vector<std::byte>> objects) : objects_(std::move(objects)) {}
    std::size_t count() const override { return objects_.size(); }
    Result<std::vector<std::byte>> read(std::size_t index) override { return objects_.at(index); }

  private:
    std::vector<std::vector<std::byte>> objects_;
};

// What became of one object. `status` is the peer's (PS3.4 B.2.3); absent: it was not sent, and `reason` says
// why.
struct StoreOutcome {
    InstanceReference instance;
    std::optional<std::uint16_t> status;
    std::string reason;

    bool stored() const { return status && (*status == 0 || (*status & 0xF000) == 0xB000); }
};

class DicomClient {
  public:
    explicit DicomClient(std::string ae_title, ClientLimits limits = {})
        : ae_title_(std::move(ae_title)), limits_(limits) {}

    Status echo(const Destination& to, std::stop_token stop = {}) const;

    // One outcome an object, in order; `progress`, if any, hears each. Objects go as they are; where the peer
    // takes uncompressed ones in implicit VR alone, they are rewritten. When the association breaks, what was
    // not answered has no status. An error: no association at all.
    Result<std::vector<StoreOutcome>> store(
        const Destination& to, ObjectSource& objects, std::stop_token stop = {},
        const std::function<void(const StoreOutcome&)>& progress = {}) const;

    Result<std::vector<QueryMatch>> find(const Destination& to, const Query& query,
                                         std::stop_token stop = {}) const;

    // The archive sends to `receiver`, an AE title it knows: ours, as a rule.
    Result<RetrieveOutcome> move(const Destination& to, const Query& query, const std::string& receiver,
                                 std::stop_token stop = {}) const;

    // The archive sends on this association, objects of storage_classes().
    Result<RetrieveOutcome> get(const Destination& to, const Query& query, InstanceSink& sink,
                                std::stop_token stop = {}) const;

    // Waits up to `wait` for the report on the same association. nullopt: accepted, and the report comes
    // later, to the server's CommitmentDesk::reported.
    Result<std::optional<CommitmentReport>> request_commitment(const Destination& to,
                                                               const CommitmentRequest& request,
                                                               std::chrono::milliseconds wait,
                                                               std::stop_token stop = {}) const;

    // Our answer to a peer's request, on an association of ours.
    Status report_commitment(const Destination& to, const CommitmentReport& report,
                             std::stop_token stop = {}) const;

  private:
    std::string ae_title_;
    ClientLimits limits_;
};

}  // namespace huizhen::imaging
