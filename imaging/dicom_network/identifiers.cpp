#include "identifiers.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/dicom/character_set.h>
#include <huizhen/dicom/data_set.h>
#include <huizhen/dicom/part10.h>
#include <huizhen/dicom/transfer_syntax.h>
#include <huizhen/dicom_network/limits.h>

#include "command.h"
#include "dcmtk_setup.h"

namespace huizhen::imaging {
namespace {

constexpr Tag kCharacterSet = make_tag(0x0008, 0x0005), kLevel = make_tag(0x0008, 0x0052);
constexpr Tag kTransactionUid = make_tag(0x0008, 0x1195), kFailedSequence = make_tag(0x0008, 0x1198),
              kReferencedSequence = make_tag(0x0008, 0x1199), kReferencedClass = make_tag(0x0008, 0x1150),
              kReferencedInstance = make_tag(0x0008, 0x1155), kFailureReason = make_tag(0x0008, 0x1197);

DcmTagKey key_of(Tag tag) { return {static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xFFFF)}; }

Status put(DcmItem& item, Tag tag, const std::string& value) {
    const OFCondition status = item.putAndInsertOFStringArray(DcmTag(key_of(tag)), value.c_str());
    if (status.good()) return {};
    return fail(ErrorCode::kInvalidArgument, tag_name(tag) + " cannot be written: " + status.text());
}

Result<DataSet> decode(std::span<const std::byte> bytes, std::string_view transfer_syntax) {
    const TransferSyntax* syntax = find_transfer_syntax(transfer_syntax);
    auto parsed = parse_data_set(bytes, bytes.size(), 0, syntax->encoding);
    if (!parsed) return fail(parsed.error().error);
    return std::move(parsed->data);
}

const char* level_name(QueryLevel level) {
    switch (level) {
        case QueryLevel::kPatient: return "PATIENT";
        case QueryLevel::kStudy: return "STUDY";
        case QueryLevel::kSeries: return "SERIES";
        case QueryLevel::kImage: return "IMAGE";
    }
    return "";
}

bool is_binary(std::uint16_t representation) {
    constexpr std::string_view kBinary[] = {"SQ", "US", "UL", "UV", "SS", "SL", "SV", "FL", "FD",
                                            "OB", "OW", "OF", "OD", "OL", "OV", "AT", "UN"};
    return std::ranges::any_of(kBinary,
                               [&](std::string_view name) { return vr(name[0], name[1]) == representation; });
}

bool is_ascii(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Status append_references(DcmDataset& data, Tag sequence, std::span<const FailedReference> references,
                         bool with_reason) {
    for (const FailedReference& reference : references) {
        auto item = std::make_unique<DcmItem>();
        HZ_TRY(put(*item, kReferencedClass, reference.instance.sop_class_uid));
        HZ_TRY(put(*item, kReferencedInstance, reference.instance.sop_instance_uid));
        if (with_reason)
            item->putAndInsertUint16(DcmTag(key_of(kFailureReason)), static_cast<Uint16>(reference.reason));
        if (data.insertSequenceItem(key_of(sequence), item.get()).bad())
            return fail(ErrorCode::kOutOfMemory, "no memory for another reference");
        static_cast<void>(item.release());  // the sequence's now
    }
    return {};
}

std::vector<FailedReference> without_reasons(const std::vector<InstanceReference>& instances) {
    std::vector<FailedReference> references;
    for (const auto& instance : instances) references.push_back({instance, {}});
    return references;
}

Result<std::vector<FailedReference>> read_references(const DataSet& data, Tag sequence) {
    std::vector<FailedReference> references;
    const auto items = data.items(sequence);
    if (items.size() > kMaxCommitted)
        return fail(ErrorCode::kLimitExceeded, "too many references in one request");
    for (const DataSet& item : items) {
        const InstanceReference instance{std::string(item.text(kReferencedClass)),
                                         std::string(item.text(kReferencedInstance))};
        if (!is_uid(instance.sop_class_uid) || !is_uid(instance.sop_instance_uid))
            return fail(ErrorCode::kMalformedInput, tag_name(sequence) + " holds a reference without UIDs");
        const auto reason = item.integer(kFailureReason).value_or(0x0110);
        references.push_back({instance, static_cast<CommitmentFailure>(reason)});
    }
    return references;
}

std::vector<InstanceReference> instances_of(std::vector<FailedReference> references) {
    std::vector<InstanceReference> instances;
    for (auto& reference : references) instances.push_back(std::move(reference.instance));
    return instances;
}

Result<std::string> read_transaction(const DataSet& data) {
    std::string uid(data.text(kTransactionUid));
    if (!is_uid(uid)) return fail(ErrorCode::kMalformedInput, tag_name(kTransactionUid) + " is no UID");
    return uid;
}

}  // namespace

Result<std::vector<std::byte>> write_query(const Query& query, const std::string& transfer_syntax) {
    prepare_dcmtk();
    DcmDataset data;
    HZ_TRY(put(data, kLevel, level_name(query.level)));
    bool ascii = true;
    for (const QueryKey& key : query.keys) {
        const std::string& value = key.value.reveal_phi("a question to the archive that holds the patient");
        ascii = ascii && is_ascii(value);
        HZ_TRY(put(data, key.tag, value));
    }
    if (!ascii) HZ_TRY(put(data, kCharacterSet, "ISO_IR 192"));
    return data_set_bytes(data, transfer_syntax);
}

Result<QueryMatch> read_match(std::span<const std::byte> bytes, std::string_view transfer_syntax) {
    HZ_ASSIGN(const DataSet data, decode(bytes, transfer_syntax));
    const TextDecoder decoder(data.text(kCharacterSet));
    QueryMatch match;
    for (const Element& element : data.elements()) {
        if (!element.items.empty() || is_binary(element.vr)) continue;
        match.emplace(element.tag, Phi<std::string>(decoder.decode(data.text(element.tag))));
    }
    return match;
}

Result<std::vector<std::byte>> write_commitment_request(const CommitmentRequest& request,
                                                        const std::string& transfer_syntax) {
    prepare_dcmtk();
    DcmDataset data;
    HZ_TRY(put(data, kTransactionUid, request.transaction_uid));
    HZ_TRY(append_references(data, kReferencedSequence, without_reasons(request.instances), false));
    return data_set_bytes(data, transfer_syntax);
}

Result<CommitmentRequest> read_commitment_request(std::span<const std::byte> bytes,
                                                  std::string_view transfer_syntax) {
    HZ_ASSIGN(const DataSet data, decode(bytes, transfer_syntax));
    CommitmentRequest request;
    HZ_ASSIGN(request.transaction_uid, read_transaction(data));
    HZ_ASSIGN(auto references, read_references(data, kReferencedSequence));
    if (references.empty()) return fail(ErrorCode::kMalformedInput, "a commitment request refers to nothing");
    request.instances = instances_of(std::move(references));
    return request;
}

Result<std::vector<std::byte>> write_commitment_report(const CommitmentReport& report,
                                                       const std::string& transfer_syntax) {
    prepare_dcmtk();
    DcmDataset data;
    HZ_TRY(put(data, kTransactionUid, report.transaction_uid));
    HZ_TRY(append_references(data, kReferencedSequence, without_reasons(report.committed), false));
    HZ_TRY(append_references(data, kFailedSequence, report.failed, true));
    return data_set_bytes(data, transfer_syntax);
}

Result<CommitmentReport> read_commitment_report(std::span<const std::byte> bytes,
                                                std::string_view transfer_syntax) {
    HZ_ASSIGN(const DataSet data, decode(bytes, transfer_syntax));
    CommitmentReport report;
    HZ_ASSIGN(report.transaction_uid, read_transaction(data));
    HZ_ASSIGN(auto committed, read_references(data, kReferencedSequence));
    report.committed = instances_of(std::move(committed));
    HZ_ASSIGN(report.failed, read_references(data, kFailedSequence));
    return report;
}

}  // namespace huizhen::imaging
