#pragma once

// Records of a short history, and who signs them.

#include <huizhen/acceptance/lineage.h>

namespace huizhen::acceptance {

inline Sha256Digest model(std::uint8_t number) {
    Sha256Digest digest{};
    digest.fill(number);
    return digest;
}

struct Signing {
    Signing() {
        const auto secret = [](std::uint8_t value) {
            secagg::Secret32 key;
            for (std::uint8_t& byte : key.mutable_bytes()) byte = value;
            return key;
        };
        signer = std::make_unique<secagg::Ed25519Signer>(secret(1));
        stranger = std::make_unique<secagg::Ed25519Signer>(secret(2));
        directory = std::make_unique<secagg::Ed25519Directory>(std::map<secagg::SiteId, secagg::PublicKey>{
            {secagg::SiteId("coordinator"), signer->public_key()}});
    }
    std::unique_ptr<secagg::Ed25519Signer> signer, stranger;
    std::unique_ptr<secagg::Ed25519Directory> directory;
};

// A lineage that is written to.
struct History {
    Status add(Event event, std::uint8_t number, std::uint8_t parent = 0, bool verdict = true,
               std::optional<RecordedOverride> override_by = std::nullopt) {
        LineageRecord record = lineage.next(event, model(number));
        if (event == Event::kCandidate && parent != 0) record.parent = model(parent);
        record.plan = "lung";
        record.code_version = "1.2.0";
        record.time = 1'780'000'000;
        record.first_round = 3;
        record.last_round = parent == 0 && event == Event::kCandidate ? 0 : 7;
        record.participants = {"north", "south"};
        record.left_out = {{"west", "no bytes for 10 minutes"}};
        if (event == Event::kAccepted || event == Event::kRejected) {
            record.verdict = {verdict, {"pooled-gain, passed: malignant"}};
        }
        record.override_by = std::move(override_by);
        record.signer = "coordinator";
        HZ_ASSIGN(secagg::Bytes bytes, sign_record(record, *signing.signer));
        HZ_TRY(lineage.append(bytes, *signing.directory));
        records.push_back(std::move(bytes));
        return {};
    }
    Signing signing;
    Lineage lineage;
    std::vector<secagg::Bytes> records;
};

inline const RecordedOverride kTakesBack = {"head of radiology", "misses ground glass", true};

}  // namespace huizhen::acceptance
