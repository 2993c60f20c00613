// Storage commitment, both sides of it.

#include "command.h"
#include "identifiers.h"
#include "raw_peer.h"
#include "site.h"

namespace huizhen::imaging::testing_site {
namespace {

constexpr const char* kPush = "1.2.840.10008.1.20.1";

CommitmentRequest request() {
    return {"2.25.77", {{"1.2.840.10008.5.1.4.1.1.2", "1.2.3.1"}, {"1.2.840.10008.5.1.4.1.1.2", "1.2.3.2"}}};
}

TEST(Commitment, identifiers_come_back_as_they_were_written) {
    CommitmentReport report{
        "2.25.5", request().instances, {{{"1.2", "3.4"}, CommitmentFailure::kClassConflict}}};
    for (const char* syntax : {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}) {
        const auto asked =
            read_commitment_request(write_commitment_request(request(), syntax).value(), syntax);
        ASSERT_TRUE(asked) << asked.error().to_string();
        EXPECT_EQ(asked->transaction_uid, "2.25.77");
        EXPECT_EQ(asked->instances, request().instances);
        const auto bytes = write_commitment_report(report, syntax).value();
        const auto said = read_commitment_report(bytes, syntax);
        ASSERT_TRUE(said) << said.error().to_string();
        EXPECT_EQ(said->committed, report.committed);
        ASSERT_EQ(said->failed.size(), 1u);
        EXPECT_EQ(said->failed[0].instance, report.failed[0].instance);
        EXPECT_EQ(said->failed[0].reason, CommitmentFailure::kClassConflict);
        for (std::size_t length = 0; length < bytes.size(); ++length)
            static_cast<void>(read_commitment_report(std::span(bytes).first(length), syntax));
    }
}

TEST(Commitment, is_reported_on_the_same_association) {
    Site site;
    site.desk.missing = {"1.2.3.2"};
    site.start();
    const auto report = client().request_commitment(site.destination(), request(), std::chrono::seconds(10));
    ASSERT_TRUE(report) << report.error().to_string();
    ASSERT_TRUE(*report);
    EXPECT_EQ((*report)->transaction_uid, "2.25.77");
    ASSERT_EQ((*report)->committed.size(), 1u);
    EXPECT_EQ((*report)->committed[0].sop_instance_uid, "1.2.3.1");
    ASSERT_EQ((*report)->failed.size(), 1u);
    EXPECT_EQ((*report)->failed[0].reason, CommitmentFailure::kNoSuchInstance);
    site.notes.wait_for_ends(1);
    site.server->stop(std::chrono::seconds(5));
    EXPECT_TRUE(site.desk.undelivered_reports().empty());
}

TEST(Commitment, a_peer_that_wants_another_association_gets_one) {
    Site site([](ServerOptions& options) { options.peers[0].commitment_on_new_association = true; });
    site.start();
    const auto none =
        client().request_commitment(site.destination(), request(), std::chrono::milliseconds(300));
    ASSERT_TRUE(none) << none.error().to_string();
    EXPECT_FALSE(*none);
    const auto undelivered = site.desk.undelivered_reports();
    ASSERT_EQ(undelivered.size(), 1u);
    // The other direction: the report goes to a server in the provider's role.
    Site asker;
    asker.start();
    const auto sent = client().report_commitment(asker.destination(), undelivered[0]);
    EXPECT_TRUE(sent) << sent.error().to_string() << asker.notes.text();
    ASSERT_EQ(asker.desk.reports().size(), 1u);
    EXPECT_EQ(asker.desk.reports()[0].committed, request().instances);
}

TEST(Commitment, what_a_peer_did_not_hear_is_undelivered) {
    Site site;
    RawPeer peer(site.port());
    peer.send(associate_request("HUIZHEN", "PACS", {{kPush}}));
    ASSERT_EQ(peer.receive().first, 2);
    CommandSet action(command::kAction, 1);
    action.set_uid(command::kRequestedClass, kPush);
    action.set_uid(command::kRequestedInstance, "1.2.840.10008.1.20.1.1");
    action.set(command::kActionType, 1);
    action.set(command::kDataSetType, command::kWithDataSet);
    peer.send(data_pdu(1, kCommandFlag | kLastFlag, action.encode()));
    peer.send(data_pdu(1, kLastFlag, write_commitment_request(request(), "1.2.840.10008.1.2.1").value()));
    EXPECT_EQ(peer.receive().first, 4);
    peer.close();
    site.notes.wait_for_ends(1);
    site.server->stop(std::chrono::seconds(5));
    EXPECT_EQ(site.desk.undelivered_reports().size(), 1u);
}

TEST(Commitment, a_desk_that_fails_and_a_request_that_cannot_be_read_are_answered) {
    Site site;
    site.desk.broken = true;
    site.start();
    const auto report = client().request_commitment(site.destination(), request(), std::chrono::seconds(1));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kUnavailable);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kCommitment));
    const auto nothing =
        client().request_commitment(site.destination(), {"2.25.1", {}}, std::chrono::seconds(1));
    EXPECT_FALSE(nothing);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kCommitment, 2));
}

}  // namespace
}  // namespace huizhen::imaging::testing_site
