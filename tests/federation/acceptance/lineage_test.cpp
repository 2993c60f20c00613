#include "lineage_cases.h"

namespace huizhen::acceptance {
namespace {

// first accepted, 2 shadowed and accepted, 3 rejected, rolled back to 1.
History history() {
    History history;
    EXPECT_TRUE(history.add(Event::kCandidate, 1));
    EXPECT_TRUE(history.add(Event::kAccepted, 1));
    EXPECT_TRUE(history.add(Event::kCandidate, 2, 1));
    EXPECT_TRUE(history.add(Event::kShadow, 2));
    EXPECT_TRUE(history.add(Event::kAccepted, 2));
    EXPECT_TRUE(history.add(Event::kCandidate, 3, 2));
    EXPECT_TRUE(history.add(Event::kRejected, 3, 0, false));
    EXPECT_TRUE(history.add(Event::kRolledBack, 1, 0, true, kTakesBack));
    return history;
}

TEST(Lineage, states_follow_from_the_records) {
    History short_history;
    ASSERT_TRUE(short_history.add(Event::kCandidate, 1));
    EXPECT_EQ(short_history.lineage.state_of(model(1)), ModelState::kCandidate);
    EXPECT_FALSE(short_history.lineage.current());
    const History whole = history();
    const Lineage lineage = Lineage::verify(whole.records, *whole.signing.directory).value();
    EXPECT_EQ(lineage.current(), model(1));
    EXPECT_EQ(lineage.state_of(model(1)), ModelState::kCurrent);
    EXPECT_EQ(lineage.state_of(model(2)), ModelState::kRetired);
    EXPECT_EQ(lineage.state_of(model(3)), ModelState::kRejected);
    EXPECT_FALSE(lineage.state_of(model(4)));
    EXPECT_FALSE(lineage.shadow());
    EXPECT_EQ(lineage.former(), model(2));
    EXPECT_EQ(lineage.once_current(), (std::vector<Sha256Digest>{model(1), model(2)}));
    EXPECT_EQ(lineage.records(), whole.lineage.records());
    EXPECT_EQ(lineage.records()[2].parent, model(1));
    EXPECT_EQ(lineage.records()[4].parent, model(1));  // an event repeats its candidate's
}

TEST(Lineage, a_record_comes_back_as_it_was_signed) {
    const History whole = history();
    for (std::size_t i = 0; i < whole.records.size(); ++i) {
        const LineageRecord record = read_record(whole.records[i], *whole.signing.directory).value();
        EXPECT_EQ(record, whole.lineage.records()[i]);
        EXPECT_EQ(sign_record(record, *whole.signing.signer).value(), whole.records[i]);  // one form
    }
}

// These bytes are kept for ever: every version must read them, and make them. Reference: written out in
// Python from the header's description, signed by the openssl command line.
TEST(Lineage, the_bytes_of_a_record_stay_what_they_are) {
    const History whole = history();
    EXPECT_EQ(whole.records[0].size(), 309u);
    EXPECT_EQ(to_hex(digest_of_record(whole.records[0])),
              "10f62c59960dee7787f52efd0dcc9fb2d1eb6e54acb8d02dc13ffe88b35cad5f");
    EXPECT_EQ(to_hex(whole.lineage.head()),
              "86959fdc29b05d2355d1387390cfac87ba102e7b92962cda822eec777fabbb9e");
}

TEST(Lineage, any_changed_byte_is_found) {
    const History whole = history();
    for (std::size_t i = 0; i < whole.records.size(); ++i) {
        for (std::size_t at = 0; at < whole.records[i].size(); ++at) {
            auto records = whole.records;
            records[i][at] ^= 1;
            ASSERT_FALSE(Lineage::verify(records, *whole.signing.directory)) << i << ", byte " << at;
        }
    }
}

TEST(Lineage, any_missing_doubled_or_exchanged_record_is_found) {
    const History whole = history();
    for (std::size_t i = 0; i < whole.records.size(); ++i) {
        auto records = whole.records;
        records.insert(records.begin() + static_cast<std::ptrdiff_t>(i), records[i]);
        EXPECT_EQ(Lineage::verify(records, *whole.signing.directory).error().code(), ErrorCode::kIntegrity);
        if (i + 1 == whole.records.size()) continue;
        records = whole.records;
        records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(Lineage::verify(records, *whole.signing.directory)) << "without " << i;
        records = whole.records;
        std::swap(records[i], records[i + 1]);
        EXPECT_FALSE(Lineage::verify(records, *whole.signing.directory)) << "exchanged " << i;
    }
}

// The signer itself cannot change the past: what follows names the record before by its digest.
TEST(Lineage, a_record_signed_anew_does_not_fit_what_follows) {
    const History whole = history();
    for (std::size_t i = 0; i + 1 < whole.records.size(); ++i) {
        LineageRecord other = whole.lineage.records()[i];
        other.time += 1;
        auto records = whole.records;
        records[i] = sign_record(other, *whole.signing.signer).value();
        const auto verified = Lineage::verify(records, *whole.signing.directory);
        ASSERT_FALSE(verified) << i;
        EXPECT_EQ(verified.error().code(), ErrorCode::kIntegrity);
        EXPECT_EQ(verified.error().message(),
                  "lineage record " + std::to_string(i + 1) + ": does not follow the one before it");
    }
}

TEST(Lineage, one_cut_short_or_begun_anew_does_not_contain_what_a_site_saw) {
    const History whole = history();
    const auto head = whole.lineage.head();
    EXPECT_TRUE(whole.lineage.contains(8, head));
    EXPECT_TRUE(whole.lineage.contains(0, {}));
    EXPECT_TRUE(whole.lineage.contains(3, digest_of_record(whole.records[2])));
    const Lineage shorter =
        Lineage::verify(std::span(whole.records).first(7), *whole.signing.directory).value();
    EXPECT_FALSE(shorter.contains(8, head));
    History other;
    ASSERT_TRUE(other.add(Event::kCandidate, 9));
    EXPECT_FALSE(other.lineage.contains(1, digest_of_record(whole.records[0])));
}

TEST(Lineage, only_known_signers_count) {
    History history;
    LineageRecord record = history.lineage.next(Event::kCandidate, model(1));
    record.signer = "coordinator";
    const auto forged = sign_record(record, *history.signing.stranger).value();
    EXPECT_EQ(history.lineage.append(forged, *history.signing.directory).error().code(),
              ErrorCode::kIntegrity);
    record.signer = "somebody";
    const auto unknown = sign_record(record, *history.signing.signer).value();
    EXPECT_FALSE(history.lineage.append(unknown, *history.signing.directory));
    EXPECT_TRUE(history.lineage.records().empty());
}

TEST(Lineage, refuses_events_the_state_does_not_allow) {
    History history;
    EXPECT_FALSE(history.add(Event::kAccepted, 1));      // unknown
    EXPECT_FALSE(history.add(Event::kCandidate, 0));     // no model
    EXPECT_FALSE(history.add(Event::kCandidate, 2, 1));  // its parent is unknown
    ASSERT_TRUE(history.add(Event::kCandidate, 1));
    EXPECT_FALSE(history.add(Event::kCandidate, 1));                        // twice
    EXPECT_FALSE(history.add(Event::kRolledBack, 1, 0, true, kTakesBack));  // never was current
    ASSERT_TRUE(history.add(Event::kAccepted, 1));
    EXPECT_FALSE(history.add(Event::kAccepted, 1));
    EXPECT_FALSE(history.add(Event::kRejected, 1, 0, false));
    EXPECT_FALSE(history.add(Event::kShadow, 1));
    ASSERT_TRUE(history.add(Event::kCandidate, 2, 1));
    ASSERT_TRUE(history.add(Event::kShadow, 2));
    EXPECT_EQ(history.lineage.shadow(), model(2));
    ASSERT_TRUE(history.add(Event::kRejected, 2, 0, false));
    EXPECT_FALSE(history.lineage.shadow());
    EXPECT_FALSE(history.add(Event::kShadow, 2));
    EXPECT_FALSE(history.add(Event::kAccepted, 2));  // for good
}

TEST(Lineage, an_event_needs_who_or_what_decided_it) {
    History history;
    ASSERT_TRUE(history.add(Event::kCandidate, 1));
    EXPECT_FALSE(history.add(Event::kAccepted, 1, 0, false));  // the verdict says no
    EXPECT_FALSE(history.add(Event::kRejected, 1, 0, true));   // the verdict says yes
    EXPECT_FALSE(history.add(Event::kAccepted, 1, 0, false, RecordedOverride{"", "because", true}));
    EXPECT_FALSE(history.add(Event::kAccepted, 1, 0, true, RecordedOverride{"a", "because", false}));
    ASSERT_TRUE(history.add(Event::kAccepted, 1, 0, false, RecordedOverride{"a", "because", true}));
    ASSERT_TRUE(history.add(Event::kCandidate, 2, 1));
    ASSERT_TRUE(history.add(Event::kAccepted, 2));
    EXPECT_FALSE(history.add(Event::kRolledBack, 1));  // by nobody
    ASSERT_TRUE(history.add(Event::kRolledBack, 1, 0, true, kTakesBack));
    LineageRecord nobody = history.lineage.next(Event::kCandidate, model(5));
    nobody.parent = model(1);
    nobody.last_round = 9;
    EXPECT_TRUE(history.lineage.allows(nobody));
    nobody.event = Event::kAccepted;
    nobody.model = model(2);
    EXPECT_FALSE(history.lineage.allows(nobody));
}

TEST(Lineage, rubbish_is_refused_without_growth) {
    const Signing signing;
    const History whole = history();
    for (std::size_t size = 0; size < whole.records[4].size(); ++size) {
        const secagg::BytesView cut = secagg::BytesView(whole.records[4]).first(size);
        EXPECT_FALSE(read_record(cut, *signing.directory));
    }
    auto huge = whole.records[0];
    for (std::size_t at = 100; at < huge.size(); ++at) {
        auto lies = huge;
        for (std::size_t i = at; i < std::min(at + 4, huge.size()); ++i) lies[i] = 0xFF;
        EXPECT_FALSE(read_record(lies, *signing.directory));
    }
    huge = whole.records[0];
    huge[16] = '2';
    EXPECT_EQ(read_record(huge, *signing.directory).error().code(), ErrorCode::kUnsupported);
    EXPECT_FALSE(read_record(secagg::Bytes(kMaxRecordBytes + 1), *signing.directory));
    LineageRecord talkative = whole.lineage.records()[1];
    talkative.verdict->sentences.assign(5, std::string(1 << 20, 'x'));
    EXPECT_EQ(sign_record(talkative, *signing.signer).error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace huizhen::acceptance
