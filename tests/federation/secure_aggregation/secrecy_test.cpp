// What a curious or dishonest coordinator gets to see. The tests reach behind the public headers to play one.

#include "federation.h"
#include "phase_messages.h"
#include "round_keys.h"

namespace huizhen::secagg {
namespace {

constexpr std::size_t kMany = 100'000;

// The uploads of all sites when every site's words are zero.
std::vector<std::vector<std::uint32_t>> uploads_of_zeros(Federation& federation, std::size_t sites) {
    std::vector<std::vector<std::uint32_t>> uploads;
    for (std::size_t i = 0; i < sites; ++i) {
        auto ready = federation.await_shares.at(i).receive(federation.deliveries[site_id(i)]);
        uploads.emplace_back(kMany);
        EXPECT_TRUE(ready->mask(uploads.back(), federation.executor));
    }
    return uploads;
}

TEST(Secrecy, one_upload_looks_uniform) {
    EXPECT_FALSE(looks_uniform(std::vector<std::uint32_t>(kMany)));
    Federation federation(4, terms_of(kMany));
    ASSERT_TRUE(federation.run_keys());
    ASSERT_TRUE(federation.run_shares());
    for (const auto& upload : uploads_of_zeros(federation, 4)) EXPECT_TRUE(looks_uniform(upload));
}

// The pair masks cancel, the self masks stay until t sites give their shares away.
TEST(Secrecy, the_sum_looks_uniform_until_t_sites_unmask_it) {
    Federation federation(4, terms_of(kMany));
    ASSERT_TRUE(federation.run_keys());
    ASSERT_TRUE(federation.run_shares());
    std::vector<std::uint32_t> sum(kMany);
    for (const auto& upload : uploads_of_zeros(federation, 4)) {
        for (std::size_t i = 0; i < kMany; ++i) sum[i] += upload[i];
    }
    EXPECT_TRUE(looks_uniform(sum));
}

TEST(Secrecy, a_site_told_of_another_model_is_refused) {
    Enrolled enrolled(3);
    Terms other = terms_of(8);
    other.model.fill(0x22);
    auto collect = open_round(terms_of(8), enrolled.directory());
    auto mine = advertise_keys(terms_of(8), {}, enrolled.identity(0));
    const auto theirs = advertise_keys(other, {}, enrolled.identity(1));
    ASSERT_TRUE(collect->accept(mine->message));
    EXPECT_TRUE(is_refusal(collect->accept(theirs->message).error(), Refusal::kWrongRound));

    // A coordinator that passes it on all the same is found out by the site.
    const std::vector<Bytes> frames = {mine->message, theirs->message, theirs->message};
    const auto found_out =
        mine->next.receive(roster_message(digest_of(terms_of(8)), {3, 2, 2, 2, 0}, frames));
    EXPECT_TRUE(is_refusal(found_out.error(), Refusal::kWrongRound)) << found_out.error().to_string();
}

// Believes every signature: as if the sites' certificates were of no use.
class Credulous final : public Directory {
  public:
    Status verify(const SiteId&, BytesView, BytesView) const override { return {}; }
};

// Even then the shares of one model do not open under the other, and no site goes on to upload.
TEST(Secrecy, sites_with_different_models_cannot_open_each_others_shares) {
    Enrolled enrolled(3);
    const Credulous credulous;
    std::array<Terms, 3> terms = {terms_of(8), terms_of(8), terms_of(8)};
    terms[2].model.fill(0x22);
    std::vector<Step<AwaitRoster>> started;
    std::vector<Member> members;
    for (std::size_t i = 0; i < 3; ++i) {
        SiteIdentity identity = enrolled.identity(i);
        identity.directory = &credulous;
        started.push_back(std::move(*advertise_keys(terms[i], {}, identity)));
        members.push_back(*read_keys(started[i].message, digest_of(terms[i]), credulous));
    }
    const RoundShape shape{3, 2, 2, 2, 0};
    std::vector<AwaitShares> waiting;
    std::vector<SharesBody> made;
    std::vector<Sha256Digest> contexts;
    for (std::size_t i = 0; i < 3; ++i) {
        const Sha256Digest digest = digest_of(terms[i]);
        std::vector<Bytes> frames;
        for (std::size_t j = 0; j < 3; ++j) {
            frames.push_back(frame_of_site(MessageKind::kKeys, digest, site_id(j),
                                           keys_body(members[j].share_key, members[j].mask_key),
                                           enrolled.signer(j)));
        }
        auto step = started[i].next.receive(roster_message(digest, shape, frames));
        ASSERT_TRUE(step) << step.error().to_string();
        contexts.push_back(make_roster(digest, shape, members).context);
        made.push_back(
            *read_shares(read_site_frame(step->message, MessageKind::kShares, contexts[i], credulous)->body));
        waiting.push_back(std::move(step->next));
    }
    const std::vector<AddressedBox> for_site_0 = {{1, made[1].boxes[0].box}, {2, made[2].boxes[0].box}};
    const auto refused = waiting[0].receive(
        frame_of_coordinator(MessageKind::kDelivery, contexts[0], write_delivery(for_site_0)));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(is_refusal(refused.error(), Refusal::kForged)) << refused.error().to_string();
    EXPECT_NE(refused.error().message().find(site_id(2).str()), std::string::npos);
}

// And were that passed too, and every self mask known to the coordinator, what is left is noise: the two
// halves' masks between each other do not cancel.
TEST(Secrecy, the_sum_over_sites_with_different_models_is_noise) {
    SeededRandom random = random_from(3);
    std::vector<KeyPair> keys;
    for (int i = 0; i < 4; ++i) keys.push_back(KeyPair::generate(random));
    const auto sum_of_zeros = [&](const std::array<Sha256Digest, 4>& contexts) {
        std::vector<std::uint32_t> sum(kMany);
        for (std::uint32_t i = 0; i < 4; ++i) {
            std::vector<Mask> masks;
            for (std::uint32_t j = 0; j < 4; ++j) {
                if (j != i) {
                    masks.push_back(*pair_mask(keys[i].private_key, keys[j].public_key, contexts[i], i, j));
                }
            }
            apply_masks(masks, 0, sum);
        }
        return sum;
    };
    Sha256Digest one{}, other{};
    other[0] = 1;
    EXPECT_EQ(sum_of_zeros({one, one, one, one}), std::vector<std::uint32_t>(kMany));
    EXPECT_TRUE(looks_uniform(sum_of_zeros({one, one, other, other})));
    EXPECT_TRUE(looks_uniform(sum_of_zeros({one, one, one, other})));
}

// To have both of a site's secrets, a coordinator would show its neighbours two survivor lists.
TEST(Secrecy, two_survivor_lists_are_found_out) {
    Federation federation(5, terms_of(8));
    ASSERT_TRUE(federation.run_keys());
    ASSERT_TRUE(federation.run_shares());
    ASSERT_TRUE(federation.run_uploads());
    const Sha256Digest context =
        read_roster(federation.roster, digest_of(terms_of(8)), federation.enrolled.directory())->context;
    const auto with_dropped = [&](std::uint32_t dropped) {
        SurvivorsBody body;
        for (std::uint32_t i = 0; i < 5; ++i) (i == dropped ? body.dropped : body.active).push_back(i);
        return frame_of_coordinator(MessageKind::kSurvivors, context, write_survivors(body));
    };
    // Sites 0 and 1 hear that 4 dropped out, sites 2 and 3 that all are there.
    std::vector<AwaitSignatures> waiting;
    std::vector<MemberSignature> signatures;
    for (std::uint32_t i = 0; i < 4; ++i) {
        auto step = federation.await_survivors.at(i).receive(i < 2 ? with_dropped(4) : federation.survivors);
        ASSERT_TRUE(step);
        const Bytes& message = step->message;
        signatures.push_back({i, Bytes(message.end() - 64, message.end())});
        waiting.push_back(std::move(step->next));
    }
    const auto shown = [&](std::span<const MemberSignature> list) {
        return frame_of_coordinator(MessageKind::kSignatures, context, write_signatures(list));
    };
    for (AwaitSignatures& site : waiting) {
        EXPECT_TRUE(is_refusal(site.receive(shown(signatures)).error(), Refusal::kForged));
        EXPECT_TRUE(is_refusal(site.receive(shown(std::span(signatures).first(2))).error(),
                               Refusal::kFewerThanThreshold));
        EXPECT_TRUE(is_refusal(site.receive(shown(std::span(signatures).last(2))).error(),
                               Refusal::kFewerThanThreshold));
    }
}

// Never both kinds of share about one site.
TEST(Secrecy, a_site_reveals_one_kind_of_share_about_each) {
    Federation federation(5, terms_of(8), {.upload = {2}});
    ASSERT_TRUE(federation.run());
    const Roster roster =
        *read_roster(federation.roster, digest_of(terms_of(8)), federation.enrolled.directory());
    for (const auto& [site, message] : federation.unmaskings) {
        const auto frame = read_site_frame(message, MessageKind::kUnmasking, roster.context,
                                           federation.enrolled.directory());
        const auto shares = read_unmasking(frame->body);
        ASSERT_EQ(shares->size(), 5u);
        for (const RevealedShare& share : *shares) {
            EXPECT_EQ(share.kind == Revealed::kMaskKey, share.about == 2);
        }
    }
}

}  // namespace
}  // namespace huizhen::secagg
