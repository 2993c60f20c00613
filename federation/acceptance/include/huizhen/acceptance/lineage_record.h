#pragma once

// One signed step in the life of a plan's models. Its bytes are canonical: the same record has one form.
//
//   "huizhen lineage 1" | number u64 | previous[32] | event u8 | model[32] | parent[32] | plan | code |
//   time i64 (seconds since 1970) | first round u64 | last round u64 | participants | left out | verdict |
//   override | signer | signature
//
// Numbers little-endian; texts and lists with their length in front, u32. All before the signature is signed
// (Ed25519). Sites' figures are not in it: sites may not want them kept.

#include <huizhen/acceptance/verdict.h>
#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/signature.h>

namespace huizhen::acceptance {

// Never renumbered: these bytes are signed.
enum class Event : std::uint8_t {
    kCandidate = 1,   // a model came out of rounds, or was brought in as the first
    kShadow = 2,      // sites run it beside the current one and show its results to nobody
    kAccepted = 3,    // it becomes current, and what was current is retired
    kRejected = 4,    // for good
    kRolledBack = 5,  // a retired model becomes current again, and what was current is retired
};

std::string_view event_name(Event event);  // "candidate", "shadow", "accepted", "rejected", "rolled-back"

struct LeftOutSite {
    std::string site, reason;
    bool operator==(const LeftOutSite&) const = default;
};

struct RecordedVerdict {
    bool accepted = false;
    std::vector<std::string> sentences;
    bool operator==(const RecordedVerdict&) const = default;
};

struct RecordedOverride {
    std::string person, reason;
    bool accept = false;
    bool operator==(const RecordedOverride&) const = default;
};

struct LineageRecord {
    std::uint64_t number = 0;  // from 0, without gaps
    Sha256Digest previous{};   // of the signed bytes of the one before; zero for the first
    Event event = Event::kCandidate;
    Sha256Digest model{};
    Sha256Digest parent{};  // the model it was trained from; zero: none
    std::string plan;
    std::string code_version;
    std::int64_t time = 0;
    std::uint64_t first_round = 0, last_round = 0;
    std::vector<std::string> participants;
    std::vector<LeftOutSite> left_out;
    std::optional<RecordedVerdict> verdict;
    std::optional<RecordedOverride> override_by;
    std::string signer;

    bool operator==(const LineageRecord&) const = default;
};

inline constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 22;

// kLimitExceeded: longer than kMaxRecordBytes.
Result<secagg::Bytes> sign_record(const LineageRecord& record, const secagg::Signer& signer);

// kMalformedInput; kUnsupported: of another version; kIntegrity or kNotFound: not signed by who it says.
Result<LineageRecord> read_record(secagg::BytesView bytes, const secagg::Directory& directory);

Sha256Digest digest_of_record(secagg::BytesView bytes);

}  // namespace huizhen::acceptance
