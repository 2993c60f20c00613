#include <huizhen/acceptance/lineage_record.h>

#include "record_bytes.h"

namespace huizhen::acceptance {

namespace {

using secagg::Bytes;
using secagg::BytesView;

constexpr std::string_view kMagic = "huizhen lineage ";
constexpr char kVersion = '1';

constexpr std::pair<Event, std::string_view> kNames[] = {{Event::kCandidate, "candidate"},
                                                         {Event::kShadow, "shadow"},
                                                         {Event::kAccepted, "accepted"},
                                                         {Event::kRejected, "rejected"},
                                                         {Event::kRolledBack, "rolled-back"}};

Bytes signed_part(const LineageRecord& record) {
    RecordWriter writer;
    writer.raw(kMagic);
    writer.number(static_cast<std::uint8_t>(kVersion), 1);
    writer.number(record.number, 8);
    writer.raw(record.previous);
    writer.number(static_cast<std::uint8_t>(record.event), 1);
    writer.raw(record.model);
    writer.raw(record.parent);
    writer.text(record.plan);
    writer.text(record.code_version);
    writer.number(static_cast<std::uint64_t>(record.time), 8);
    writer.number(record.first_round, 8);
    writer.number(record.last_round, 8);
    writer.number(record.participants.size(), 4);
    for (const std::string& site : record.participants) writer.text(site);
    writer.number(record.left_out.size(), 4);
    for (const LeftOutSite& left_out : record.left_out) {
        writer.text(left_out.site);
        writer.text(left_out.reason);
    }
    writer.number(record.verdict.has_value(), 1);
    if (record.verdict) {
        writer.number(record.verdict->accepted, 1);
        writer.number(record.verdict->sentences.size(), 4);
        for (const std::string& sentence : record.verdict->sentences) writer.text(sentence);
    }
    writer.number(record.override_by.has_value(), 1);
    if (record.override_by) {
        writer.text(record.override_by->person);
        writer.text(record.override_by->reason);
        writer.number(record.override_by->accept, 1);
    }
    writer.text(record.signer);
    return std::move(writer.bytes());
}

Status read_head(RecordReader& reader, LineageRecord& record) {
    HZ_ASSIGN(const BytesView magic, reader.raw(kMagic.size()));
    if (!std::equal(magic.begin(), magic.end(), kMagic.begin())) {
        return fail(ErrorCode::kMalformedInput, "not a lineage record");
    }
    HZ_ASSIGN(const std::uint64_t version, reader.number(1));
    if (version != static_cast<std::uint8_t>(kVersion)) {
        return fail(ErrorCode::kUnsupported, "a lineage record of another version of Huizhen");
    }
    HZ_ASSIGN(record.number, reader.number(8));
    HZ_ASSIGN(record.previous, reader.digest());
    HZ_ASSIGN(const std::uint64_t event, reader.number(1));
    record.event = static_cast<Event>(event);
    if (event_name(record.event) == "unknown") {
        return fail(ErrorCode::kUnsupported, "a lineage record of an event this version does not know");
    }
    HZ_ASSIGN(record.model, reader.digest());
    HZ_ASSIGN(record.parent, reader.digest());
    HZ_ASSIGN(record.plan, reader.text());
    HZ_ASSIGN(record.code_version, reader.text());
    HZ_ASSIGN(const std::uint64_t time, reader.number(8));
    record.time = static_cast<std::int64_t>(time);
    HZ_ASSIGN(record.first_round, reader.number(8));
    HZ_ASSIGN(record.last_round, reader.number(8));
    return {};
}

Status read_sites(RecordReader& reader, LineageRecord& record) {
    HZ_ASSIGN(const std::size_t participants, reader.count(4));
    for (std::size_t i = 0; i < participants; ++i) {
        HZ_ASSIGN(std::string site, reader.text());
        record.participants.push_back(std::move(site));
    }
    HZ_ASSIGN(const std::size_t left_out, reader.count(8));
    for (std::size_t i = 0; i < left_out; ++i) {
        HZ_ASSIGN(std::string site, reader.text());
        HZ_ASSIGN(std::string reason, reader.text());
        record.left_out.push_back({std::move(site), std::move(reason)});
    }
    return {};
}

Status read_decision(RecordReader& reader, LineageRecord& record) {
    HZ_ASSIGN(const bool has_verdict, reader.flag());
    if (has_verdict) {
        RecordedVerdict& verdict = record.verdict.emplace();
        HZ_ASSIGN(verdict.accepted, reader.flag());
        HZ_ASSIGN(const std::size_t sentences, reader.count(4));
        for (std::size_t i = 0; i < sentences; ++i) {
            HZ_ASSIGN(std::string sentence, reader.text());
            verdict.sentences.push_back(std::move(sentence));
        }
    }
    HZ_ASSIGN(const bool has_override, reader.flag());
    if (has_override) {
        RecordedOverride& decision = record.override_by.emplace();
        HZ_ASSIGN(decision.person, reader.text());
        HZ_ASSIGN(decision.reason, reader.text());
        HZ_ASSIGN(decision.accept, reader.flag());
    }
    HZ_ASSIGN(record.signer, reader.text());
    return {};
}

}  // namespace

std::string_view event_name(Event event) {
    for (const auto& [known, name] : kNames) {
        if (known == event) return name;
    }
    return "unknown";
}

Result<Bytes> sign_record(const LineageRecord& record, const secagg::Signer& signer) {
    RecordWriter writer;
    writer.bytes() = signed_part(record);
    const Bytes signature = signer.sign(writer.bytes());
    writer.number(signature.size(), 4);
    writer.raw(signature);
    if (writer.bytes().size() > kMaxRecordBytes) {
        return fail(ErrorCode::kLimitExceeded, "a lineage record of more than 4 MiB: too many sentences");
    }
    return std::move(writer.bytes());
}

Result<LineageRecord> read_record(BytesView bytes, const secagg::Directory& directory) {
    if (bytes.size() > kMaxRecordBytes) {
        return fail(ErrorCode::kMalformedInput, "a lineage record of more than 4 MiB");
    }
    RecordReader reader(bytes);
    LineageRecord record;
    HZ_TRY(read_head(reader, record));
    HZ_TRY(read_sites(reader, record));
    HZ_TRY(read_decision(reader, record));
    const std::size_t signed_bytes = bytes.size() - reader.left();
    HZ_ASSIGN(const std::uint64_t size, reader.number(4));
    HZ_ASSIGN(const BytesView signature, reader.raw(size));
    if (reader.left() != 0) return fail(ErrorCode::kMalformedInput, "a lineage record with bytes too many");
    HZ_TRY(directory.verify(secagg::SiteId(record.signer), bytes.first(signed_bytes), signature));
    return record;
}

Sha256Digest digest_of_record(BytesView bytes) { return sha256(std::as_bytes(bytes)); }

}  // namespace huizhen::acceptance
