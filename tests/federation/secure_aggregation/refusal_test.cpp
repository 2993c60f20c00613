// Every message that is wrong is refused by name, and the phase that refused it goes on as before.

#include <functional>
#include <random>

#include "federation.h"
#include "phase_messages.h"
#include "round_keys.h"

namespace huizhen::secagg {
namespace {

constexpr std::size_t kSites = 5, kWords = 16;

template <typename T>
::testing::AssertionResult refused(const Result<T>& result, Refusal refusal) {
    if (result) return ::testing::AssertionFailure() << "accepted";
    if (!is_refusal(result.error(), refusal)) {
        return ::testing::AssertionFailure() << result.error().to_string();
    }
    return ::testing::AssertionSuccess();
}

class Refusals : public ::testing::Test {
  protected:
    // Runs the phases before the one a test is about.
    void reach(int phases) {
        ASSERT_TRUE(federation.run_keys());
        roster =
            *read_roster(federation.roster, digest_of(terms_of(kWords)), federation.enrolled.directory());
        if (phases > 1) {
            ASSERT_TRUE(federation.run_shares());
        }
        if (phases > 2) {
            ASSERT_TRUE(federation.run_uploads());
        }
        if (phases > 3) {
            ASSERT_TRUE(federation.run_agreement());
        }
    }

    Bytes from_site(MessageKind kind, std::size_t site, BytesView body) {
        return frame_of_site(kind, roster.context, site_id(site), body, federation.enrolled.signer(site));
    }
    Bytes from_coordinator(MessageKind kind, BytesView body) {
        return frame_of_coordinator(kind, roster.context, body);
    }
    BytesView body_of(BytesView message, MessageKind kind) {
        return read_site_frame(message, kind, roster.context, federation.enrolled.directory())->body;
    }

    Federation federation{kSites, terms_of(kWords), {.shares = {4}, .upload = {4}, .agreement = {4}}};
    Roster roster;
};

using Accept = std::function<Status(BytesView)>;

// Cut anywhere, lengthened, or changed anywhere: refused; then the message itself: accepted.
void expect_only_the_genuine(const Bytes& message, const Accept& accept) {
    for (std::size_t length = 0; length < message.size(); ++length) {
        ASSERT_TRUE(refused(accept(BytesView(message).first(length)), Refusal::kTruncated)) << length;
    }
    Bytes longer = message;
    longer.push_back(0);
    ASSERT_TRUE(refused(accept(longer), Refusal::kMalformed));
    for (std::size_t i = 0; i < message.size(); i += 1 + message.size() / 150) {
        Bytes changed = message;
        changed[i] ^= 0x04;
        const Status status = accept(changed);
        ASSERT_FALSE(status) << i;
        const bool named = is_refusal(status.error(), Refusal::kForged) ||
                           is_refusal(status.error(), Refusal::kTruncated) ||
                           is_refusal(status.error(), Refusal::kMalformed) ||
                           is_refusal(status.error(), Refusal::kUnsupportedVersion) ||
                           is_refusal(status.error(), Refusal::kOutOfOrder) ||
                           is_refusal(status.error(), Refusal::kWrongRound) ||
                           is_refusal(status.error(), Refusal::kUnknownSite);
        ASSERT_TRUE(named) << i << ": " << status.error().to_string();
    }
    const Status genuine = accept(message);
    ASSERT_TRUE(genuine) << genuine.error().to_string();
    ASSERT_TRUE(refused(accept(message), Refusal::kDuplicate));
}

TEST_F(Refusals, keys_cut_or_changed) {
    Enrolled enrolled(1);
    auto collect = open_round(terms_of(kWords), enrolled.directory());
    const auto step = advertise_keys(terms_of(kWords), {}, enrolled.identity(0));
    expect_only_the_genuine(step->message, [&](BytesView message) { return collect->accept(message); });
}

TEST_F(Refusals, shares_cut_or_changed) {
    reach(1);
    const auto step = federation.await_roster.at(0).receive(federation.roster);
    expect_only_the_genuine(step->message,
                            [&](BytesView message) { return federation.collect_shares->accept(message); });
}

TEST_F(Refusals, uploads_cut_or_changed) {
    reach(2);
    auto ready = federation.await_shares.at(0).receive(federation.deliveries[site_id(0)]);
    std::vector<std::uint32_t> words(kWords);
    const auto step = ready->mask(words, federation.executor);
    auto& collect = *federation.collect_uploads;
    words[3] ^= 1;
    EXPECT_TRUE(refused(collect.accept(step->message, words), Refusal::kForged));
    words[3] ^= 1;
    EXPECT_TRUE(
        refused(collect.accept(step->message, std::span(words).first(kWords - 1)), Refusal::kWrongLength));
    expect_only_the_genuine(step->message, [&](BytesView message) { return collect.accept(message, words); });
}

TEST_F(Refusals, agreement_cut_or_changed) {
    reach(3);
    const auto step = federation.await_survivors.at(0).receive(federation.survivors);
    expect_only_the_genuine(step->message,
                            [&](BytesView message) { return federation.collect_agreement->accept(message); });
}

TEST_F(Refusals, unmasking_cut_or_changed) {
    reach(4);
    const auto message = federation.await_signatures.at(0).receive(federation.signatures);
    expect_only_the_genuine(*message,
                            [&](BytesView bytes) { return federation.collect_unmasking->accept(bytes); });
}

TEST_F(Refusals, thousands_of_random_changes) {
    reach(4);
    const auto message = federation.await_signatures.at(0).receive(federation.signatures);
    std::mt19937 generator(17);
    for (int trial = 0; trial < 5000; ++trial) {
        Bytes changed = *message;
        for (unsigned i = 0, edits = 1 + generator() % 4; i < edits; ++i) {
            if (changed.empty()) break;
            switch (generator() % 3) {
                case 0:
                    changed[generator() % changed.size()] ^= static_cast<std::uint8_t>(1 + generator() % 255);
                    break;
                case 1: changed.resize(generator() % changed.size()); break;
                default: changed.insert(changed.begin() + generator() % changed.size(), 0xFF);
            }
        }
        if (changed == *message) continue;
        ASSERT_FALSE(federation.collect_unmasking->accept(changed)) << trial;
    }
    EXPECT_TRUE(federation.collect_unmasking->accept(*message));
}

TEST_F(Refusals, messages_to_a_site_cut_short) {
    reach(1);
    const auto cut = [](const Bytes& message, auto receive) {
        for (std::size_t length = 0; length < message.size(); length += 1 + message.size() / 200) {
            ASSERT_TRUE(refused(receive(BytesView(message).first(length)), Refusal::kTruncated)) << length;
        }
        Bytes longer = message;
        longer.push_back(0);
        ASSERT_TRUE(refused(receive(longer), Refusal::kMalformed));
    };
    cut(federation.roster, [&](BytesView m) { return federation.await_roster.at(0).receive(m); });
    ASSERT_TRUE(federation.run_shares());
    cut(federation.deliveries[site_id(0)],
        [&](BytesView m) { return federation.await_shares.at(0).receive(m); });
    ASSERT_TRUE(federation.run_uploads());
    cut(federation.survivors, [&](BytesView m) { return federation.await_survivors.at(0).receive(m); });
    ASSERT_TRUE(federation.run_agreement());
    cut(federation.signatures, [&](BytesView m) { return federation.await_signatures.at(0).receive(m); });
    EXPECT_TRUE(federation.run_unmasking());
}

TEST_F(Refusals, replays_of_another_round_and_of_another_phase) {
    Terms earlier = terms_of(kWords);
    earlier.round = 6;
    Federation before(kSites, earlier);
    ASSERT_TRUE(before.run());
    reach(1);
    auto opened = open_round(terms_of(kWords), federation.enrolled.directory());
    EXPECT_TRUE(refused(opened->accept(before.keys[0]), Refusal::kWrongRound));
    EXPECT_TRUE(refused(federation.collect_shares->accept(before.shares[0]), Refusal::kWrongRound));
    EXPECT_TRUE(refused(federation.collect_shares->accept(federation.keys[0]), Refusal::kOutOfOrder));
    EXPECT_TRUE(refused(federation.await_roster.at(0).receive(before.roster), Refusal::kWrongRound));
    EXPECT_TRUE(refused(federation.await_roster.at(0).receive(federation.keys[1]), Refusal::kOutOfOrder));
    ASSERT_TRUE(federation.run_shares());
    EXPECT_TRUE(refused(federation.await_shares.at(0).receive(federation.roster), Refusal::kOutOfOrder));
    EXPECT_TRUE(refused(federation.await_shares.at(0).receive(before.survivors), Refusal::kOutOfOrder));
    EXPECT_TRUE(
        refused(federation.await_shares.at(0).receive(before.deliveries[site_id(0)]), Refusal::kWrongRound));
    EXPECT_TRUE(
        refused(federation.collect_uploads->accept(before.uploads[0].message, before.uploads[0].words),
                Refusal::kWrongRound));
    EXPECT_TRUE(refused(federation.collect_uploads->accept(federation.shares[1], {}), Refusal::kOutOfOrder));
}

TEST_F(Refusals, senders_who_have_no_part) {
    reach(3);
    const Bytes body = {1, 2, 3};
    Enrolled strangers(9, 77);
    const Bytes stranger =
        frame_of_site(MessageKind::kAgreement, roster.context, site_id(8), body, strangers.signer(8));
    EXPECT_TRUE(refused(federation.collect_agreement->accept(stranger), Refusal::kUnknownSite));
    // Site 4 dropped out.
    EXPECT_TRUE(refused(federation.collect_agreement->accept(from_site(MessageKind::kAgreement, 4, body)),
                        Refusal::kUnknownSite));
    // Site 1 speaks in the name of site 0.
    const Bytes forged = frame_of_site(MessageKind::kAgreement, roster.context, site_id(0), body,
                                       federation.enrolled.signer(1));
    EXPECT_TRUE(refused(federation.collect_agreement->accept(forged), Refusal::kForged));
    EXPECT_TRUE(refused(federation.collect_agreement->accept(from_site(MessageKind::kAgreement, 0, body)),
                        Refusal::kInconsistent));
}

TEST_F(Refusals, rosters_a_dishonest_coordinator_might_send) {
    reach(1);
    const Sha256Digest digest = digest_of(terms_of(kWords));
    std::vector<Bytes> frames;
    for (const auto& [site, frame] : federation.keys) frames.push_back(frame);
    auto& site = federation.await_roster.at(0);
    const auto send = [&](RoundShape shape, const std::vector<Bytes>& list) {
        return site.receive(roster_message(digest, shape, list));
    };
    const RoundShape honest = roster.shape;

    RoundShape weak = honest;
    weak.quorum = 2;
    EXPECT_TRUE(refused(send(weak, frames), Refusal::kUnsafeShape));
    RoundShape sparse = honest;
    sparse.neighbours = 2;
    sparse.dropped_in_window = 1;  // everybody around a site may go
    EXPECT_TRUE(refused(send(sparse, frames), Refusal::kUnsafeShape));
    EXPECT_TRUE(refused(send({2, 1, 2, 2, 0}, {frames[0], frames[1]}), Refusal::kFewerThanThreshold));
    EXPECT_TRUE(refused(send({4, 3, 3, 3, 0}, {frames[1], frames[2], frames[3], frames[4]}),
                        Refusal::kOwnSiteMisreported));
    EXPECT_TRUE(refused(send({4, 3, 3, 3, 0}, frames), Refusal::kMalformed));
    EXPECT_TRUE(
        refused(send(honest, {frames[0], frames[1], frames[1], frames[2], frames[3]}), Refusal::kDuplicate));
    EXPECT_TRUE(
        refused(send(honest, {frames[1], frames[0], frames[2], frames[3], frames[4]}), Refusal::kMalformed));

    auto forged = frames;
    forged[2][forged[2].size() - 100] ^= 1;
    EXPECT_TRUE(refused(send(honest, forged), Refusal::kForged));
    // Keys that this site itself signed, for an earlier attempt at the same round.
    auto exchanged = frames;
    exchanged[0] = advertise_keys(terms_of(kWords), {}, federation.enrolled.identity(0))->message;
    EXPECT_TRUE(refused(send(honest, exchanged), Refusal::kReusedKey));
    // A site in league with the coordinator brings another's key, or one of small order.
    const auto keys_frame = [&](const PublicKey& share_key, const PublicKey& mask_key) {
        return frame_of_site(MessageKind::kKeys, digest, site_id(3), keys_body(share_key, mask_key),
                             federation.enrolled.signer(3));
    };
    auto copied = frames;
    copied[3] = keys_frame(roster.members[1].share_key, roster.members[3].mask_key);
    EXPECT_TRUE(refused(send(honest, copied), Refusal::kReusedKey));
    auto small = frames;
    small[3] = keys_frame(PublicKey{}, roster.members[3].mask_key);
    EXPECT_TRUE(refused(send(honest, small), Refusal::kWeakKey));

    EXPECT_TRUE(send(honest, frames));
}

TEST_F(Refusals, deliveries_a_dishonest_coordinator_might_send) {
    reach(2);
    auto& site = federation.await_shares.at(0);
    const auto boxes = *read_delivery(
        *read_coordinator_frame(federation.deliveries[site_id(0)], MessageKind::kDelivery, roster.context));
    ASSERT_EQ(boxes.size(), 3u);  // of sites 1, 2 and 3
    const auto send = [&](const std::vector<AddressedBox>& list) {
        return site.receive(from_coordinator(MessageKind::kDelivery, write_delivery(list)));
    };
    EXPECT_TRUE(refused(send({boxes[0], boxes[0], boxes[2]}), Refusal::kDuplicate));
    EXPECT_TRUE(refused(send({boxes[1], boxes[0], boxes[2]}), Refusal::kMalformed));
    EXPECT_TRUE(refused(send({boxes[0]}), Refusal::kFewerThanThreshold));
    EXPECT_TRUE(refused(send({{1, boxes[1].box}, {2, boxes[0].box}, boxes[2]}), Refusal::kForged));
    EXPECT_TRUE(refused(send({{0, boxes[0].box}, boxes[1], boxes[2]}), Refusal::kUnknownSite));
    EXPECT_TRUE(refused(send({boxes[0], boxes[1], {9, boxes[2].box}}), Refusal::kUnknownSite));
    auto changed = boxes;
    changed[1].box[20] ^= 1;
    EXPECT_TRUE(refused(send(changed), Refusal::kForged));
    // Another site's delivery.
    EXPECT_TRUE(refused(site.receive(federation.deliveries[site_id(1)]), Refusal::kUnknownSite));
    EXPECT_TRUE(send(boxes));
}

TEST_F(Refusals, a_vector_of_another_length) {
    reach(2);
    auto ready = federation.await_shares.at(0).receive(federation.deliveries[site_id(0)]);
    std::vector<std::uint32_t> shorter(kWords - 1), right(kWords);
    EXPECT_TRUE(refused(ready->mask(shorter, federation.executor), Refusal::kWrongLength));
    EXPECT_TRUE(ready->mask(right, federation.executor));
}

TEST_F(Refusals, survivor_lists_that_do_not_add_up) {
    reach(3);
    auto& site = federation.await_survivors.at(0);
    const auto send = [&](std::vector<std::uint32_t> active, std::vector<std::uint32_t> dropped) {
        return site.receive(from_coordinator(MessageKind::kSurvivors,
                                             write_survivors({std::move(active), std::move(dropped)})));
    };
    EXPECT_TRUE(refused(send({0, 1, 2, 3}, {3, 4}), Refusal::kActiveAndDropped));
    EXPECT_TRUE(refused(send({0, 1, 2}, {4}), Refusal::kActiveAndDropped));
    EXPECT_TRUE(refused(send({0, 1, 2, 3}, {0, 4}), Refusal::kActiveAndDropped));  // this site, both
    EXPECT_TRUE(refused(send({1, 2, 3}, {0, 4}), Refusal::kOwnSiteMisreported));
    EXPECT_TRUE(refused(send({0, 1}, {2, 3, 4}), Refusal::kFewerThanThreshold));
    EXPECT_TRUE(refused(send({0, 1, 2, 3, 4}, {}), Refusal::kInconsistent));  // no shares of site 4 came
    EXPECT_TRUE(refused(send({0, 1, 2, 3, 5}, {4}), Refusal::kUnknownSite));
    EXPECT_TRUE(refused(send({0, 2, 1, 3}, {4}), Refusal::kMalformed));
    EXPECT_TRUE(refused(send({0, 1, 1, 2, 3}, {4}), Refusal::kDuplicate));
    EXPECT_TRUE(send({0, 1, 2, 3}, {4}));
}

// A quorum of six is four. A plan that wants five in its sum gets no sum over four, from either side.
TEST(Minimum, no_sum_is_unmasked_over_fewer_than_the_terms_say) {
    Terms terms = terms_of(kWords);
    terms.min_sites = 5;
    Federation federation(6, terms, {.upload = {4, 5}});
    ASSERT_TRUE(federation.run_keys());
    ASSERT_TRUE(federation.run_shares());
    EXPECT_TRUE(is_refusal(federation.run_uploads().error(), Refusal::kFewerThanThreshold));
    const Roster roster = *read_roster(federation.roster, digest_of(terms), federation.enrolled.directory());
    ASSERT_EQ(roster.shape.quorum, 4u);
    auto& site = federation.await_survivors.at(0);
    const auto send = [&](std::vector<std::uint32_t> active, std::vector<std::uint32_t> dropped) {
        return site.receive(frame_of_coordinator(MessageKind::kSurvivors, roster.context,
                                                 write_survivors({std::move(active), std::move(dropped)})));
    };
    EXPECT_TRUE(refused(send({0, 1, 2, 3}, {4, 5}), Refusal::kFewerThanThreshold));
    EXPECT_TRUE(send({0, 1, 2, 3, 4}, {5}));
}

TEST_F(Refusals, signatures_that_do_not_count) {
    reach(4);
    auto& site = federation.await_signatures.at(0);
    const auto all = *read_signatures(
        *read_coordinator_frame(federation.signatures, MessageKind::kSignatures, roster.context));
    ASSERT_EQ(all.size(), 4u);
    const auto send = [&](const std::vector<MemberSignature>& list) {
        return site.receive(from_coordinator(MessageKind::kSignatures, write_signatures(list)));
    };
    EXPECT_TRUE(refused(send({all[0], all[1]}), Refusal::kFewerThanThreshold));
    EXPECT_TRUE(refused(send({all[0], all[0], all[1]}), Refusal::kDuplicate));
    EXPECT_TRUE(refused(send({all[1], all[0], all[2]}), Refusal::kMalformed));
    EXPECT_TRUE(refused(send({all[0], {1, all[2].signature}, all[2]}), Refusal::kForged));
    EXPECT_TRUE(refused(send({all[0], all[1], {4, all[2].signature}}), Refusal::kUnknownSite));
    EXPECT_TRUE(send({all[0], all[1], all[3]}));
}

TEST_F(Refusals, shares_for_others_than_the_neighbours) {
    reach(1);
    const auto step = federation.await_roster.at(0).receive(federation.roster);
    SharesBody body = *read_shares(body_of(step->message, MessageKind::kShares));
    auto& collect = *federation.collect_shares;
    SharesBody fewer = body;
    fewer.boxes.pop_back();
    EXPECT_TRUE(refused(collect.accept(from_site(MessageKind::kShares, 0, write_shares(fewer))),
                        Refusal::kMalformed));
    SharesBody other = body;
    other.boxes[0].member = 0;
    EXPECT_TRUE(refused(collect.accept(from_site(MessageKind::kShares, 0, write_shares(other))),
                        Refusal::kMalformed));
    EXPECT_TRUE(collect.accept(step->message));
}

// With one share to spare a wrong one does no harm; without, it is noticed.
TEST_F(Refusals, wrong_shares) {
    reach(4);
    const auto unmasking = [&](std::size_t site) {
        return *federation.await_signatures.at(site).receive(federation.signatures);
    };
    auto& collect = *federation.collect_unmasking;
    auto shares = *read_unmasking(body_of(unmasking(1), MessageKind::kUnmasking));
    shares[2].value.mutable_bytes()[5] ^= 1;
    std::vector<RevealedShare> other_kind;
    for (const RevealedShare& share : shares) {
        other_kind.push_back({share.about, Revealed::kMaskKey, Secret32(share.value.bytes())});
    }
    EXPECT_TRUE(refused(collect.accept(from_site(MessageKind::kUnmasking, 1, write_unmasking(other_kind))),
                        Refusal::kMalformed));
    EXPECT_TRUE(refused(
        collect.accept(from_site(MessageKind::kUnmasking, 1, write_unmasking(std::span(shares).first(3)))),
        Refusal::kMalformed));
    ASSERT_TRUE(collect.accept(unmasking(0)));
    ASSERT_TRUE(collect.accept(from_site(MessageKind::kUnmasking, 1, write_unmasking(shares))));
    EXPECT_TRUE(refused(collect.finish(federation.executor), Refusal::kFewerThanThreshold));
    ASSERT_TRUE(collect.accept(unmasking(2)));
    EXPECT_TRUE(refused(collect.finish(federation.executor), Refusal::kWrongShare));
    ASSERT_TRUE(collect.accept(unmasking(3)));
    EXPECT_EQ(collect.finish(federation.executor).value().sum, federation.expected_sum());
}

TEST_F(Refusals, terms_below_the_sites_policy) {
    const SiteIdentity identity = federation.enrolled.identity(0);
    Terms few = terms_of(kWords);
    few.min_sites = 2;
    EXPECT_TRUE(refused(advertise_keys(few, {}, identity), Refusal::kAgainstPolicy));
    EXPECT_TRUE(refused(advertise_keys(terms_of(kWords, 10), {.min_corrupt_percent = 20}, identity),
                        Refusal::kAgainstPolicy));
    Terms bits = terms_of(kWords);
    bits.security_bits = 20;
    EXPECT_TRUE(refused(advertise_keys(bits, {}, identity), Refusal::kAgainstPolicy));
    Terms empty = terms_of(0);
    EXPECT_EQ(advertise_keys(empty, {}, identity).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(open_round(empty, federation.enrolled.directory()).error().code(), ErrorCode::kInvalidArgument);
}

// In the sparse graph a coordinator may not drop a site's whole surroundings.
TEST(SparseGraph, a_torn_window_is_refused) {
    Terms terms = terms_of(4, 10);
    Federation federation(101, terms, {});
    ASSERT_TRUE(federation.run_keys());
    const Roster roster = *read_roster(federation.roster, digest_of(terms), federation.enrolled.directory());
    ASSERT_FALSE(roster.shape.complete());
    ASSERT_TRUE(federation.run_shares());
    const NeighbourGraph graph(roster.shape, roster.context);
    SurvivorsBody body;
    const auto around = graph.neighbours(50);
    std::set<std::uint32_t> dropped(around.begin(), around.end());
    dropped.erase(0);
    while (101 - dropped.size() < roster.shape.quorum) dropped.erase(dropped.begin());
    for (std::uint32_t i = 0; i < 101; ++i) (dropped.contains(i) ? body.dropped : body.active).push_back(i);
    auto ready = federation.await_shares.at(0).receive(federation.deliveries[site_id(0)]);
    std::vector<std::uint32_t> words(4);
    auto step = ready->mask(words, federation.executor);
    EXPECT_TRUE(refused(step->next.receive(frame_of_coordinator(MessageKind::kSurvivors, roster.context,
                                                                write_survivors(body))),
                        Refusal::kInconsistent));
}

}  // namespace
}  // namespace huizhen::secagg
