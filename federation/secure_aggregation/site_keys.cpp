// Phases: advertise keys, and share them.

#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/share_cipher.h>

#include "site_state.h"

namespace huizhen::secagg {

namespace {

Status check_policy(const Terms& terms, const SitePolicy& policy) {
    if (terms.min_sites < policy.min_sites) {
        return refuse(Refusal::kAgainstPolicy, "a roster of " + std::to_string(terms.min_sites) +
                                                   " would do; this site wants " +
                                                   std::to_string(policy.min_sites));
    }
    if (terms.corrupt_percent < policy.min_corrupt_percent ||
        terms.security_bits < policy.min_security_bits) {
        return refuse(Refusal::kAgainstPolicy,
                      "the plan assumes fewer corrupt sites or fewer bits than this "
                      "site does");
    }
    return {};
}

Status check_roster(const Roster& roster, const SiteRound& round) {
    const auto self = roster.find(round.identity.id);
    if (!self) return refuse(Refusal::kOwnSiteMisreported, "this site is not in the roster");
    const Member& listed = roster.members[*self];
    if (listed.share_key != round.share_key.public_key || listed.mask_key != round.mask_key.public_key) {
        return refuse(Refusal::kReusedKey, "this site's keys in the roster are of another round");
    }
    const auto sites = static_cast<std::uint32_t>(roster.members.size());
    if (sites < round.terms.min_sites) {
        return refuse(Refusal::kFewerThanThreshold, "a roster of " + std::to_string(sites) + ", at least " +
                                                        std::to_string(round.terms.min_sites));
    }
    return check_secrecy(roster.shape, assumptions_for(round.terms, sites));
}

struct MadeShares {
    SharesBody body;
    HeldShares own;
};

Result<MadeShares> make_shares(const SiteRound& round, const Roster& roster, std::uint32_t self,
                               const NeighbourGraph& graph, const Secret32& self_seed) {
    const auto holders = graph.share_holders(self);
    RandomSource& random = *round.identity.random;
    std::vector<Share> key_shares =
        split(round.mask_key.private_key, roster.shape.threshold, holders.size(), random);
    std::vector<Share> seed_shares = split(self_seed, roster.shape.threshold, holders.size(), random);
    MadeShares made;
    made.body.commitment = seed_commitment(self_seed, roster.context, self);
    for (std::size_t i = 0; i < holders.size(); ++i) {
        if (holders[i] == self) {
            made.own = {std::move(key_shares[i].value), std::move(seed_shares[i].value)};
            continue;
        }
        auto key = share_box_key(round.share_key.private_key, roster.members[holders[i]].share_key,
                                 roster.context, self, holders[i]);
        if (!key) return fail(about(key.error(), roster.members[holders[i]].site));
        Secret<kBoxPlainBytes> plain;
        const auto out = plain.mutable_bytes();
        std::copy_n(key_shares[i].value.bytes().begin(), kShareBytes, out.begin());
        std::copy_n(seed_shares[i].value.bytes().begin(), kShareBytes, out.begin() + kShareBytes);
        const Bytes box =
            seal(*key, plain.bytes(), share_box_label(roster.context, self, holders[i]), random);
        HZ_CHECK(box.size() == kBoxBytes, "a box has one size");
        AddressedBox addressed{holders[i], {}};
        std::copy(box.begin(), box.end(), addressed.box.begin());
        made.body.boxes.push_back(addressed);
    }
    return made;
}

}  // namespace

SitePhase::SitePhase(std::unique_ptr<SiteRound> round) : round_(std::move(round)) {}
SitePhase::~SitePhase() = default;
SitePhase::SitePhase(SitePhase&&) noexcept = default;
SitePhase& SitePhase::operator=(SitePhase&&) noexcept = default;

SiteRound& SitePhase::round() {
    HZ_CHECK(round_, "a phase that has moved on is spent");
    return *round_;
}

const SiteRound& SitePhase::round() const {
    HZ_CHECK(round_, "a phase that has moved on is spent");
    return *round_;
}

std::unique_ptr<SiteRound> SitePhase::take() { return std::move(round_); }

Result<Step<AwaitRoster>> advertise_keys(const Terms& terms, const SitePolicy& policy,
                                         const SiteIdentity& identity) {
    HZ_CHECK(identity.signer && identity.directory && identity.random, "a site brings keys and randomness");
    HZ_CHECK(!identity.id.empty() && identity.id.str().size() <= kMaxSiteBytes, "a site has a short name");
    HZ_TRY(check_terms(terms));
    HZ_TRY(check_policy(terms, policy));
    auto round = std::make_unique<SiteRound>();
    round->terms = terms;
    round->policy = policy;
    round->identity = identity;
    round->terms_digest = digest_of(terms);
    round->share_key = KeyPair::generate(*identity.random);
    round->mask_key = KeyPair::generate(*identity.random);
    Bytes message =
        frame_of_site(MessageKind::kKeys, round->terms_digest, identity.id,
                      keys_body(round->share_key.public_key, round->mask_key.public_key), *identity.signer);
    return Step<AwaitRoster>{AwaitRoster(std::move(round)), std::move(message)};
}

Result<Step<AwaitShares>> AwaitRoster::receive(BytesView message) {
    SiteRound& state = round();
    HZ_ASSIGN(Roster roster, read_roster(message, state.terms_digest, *state.identity.directory));
    HZ_TRY(check_roster(roster, state));
    const std::uint32_t self = *roster.find(state.identity.id);
    NeighbourGraph graph(roster.shape, roster.context);
    Secret32 self_seed;
    state.identity.random->fill(self_seed.mutable_bytes());
    HZ_ASSIGN(MadeShares made, make_shares(state, roster, self, graph, self_seed));
    Bytes shares = frame_of_site(MessageKind::kShares, roster.context, state.identity.id,
                                 write_shares(made.body), *state.identity.signer);
    state.self = self;
    state.roster = std::move(roster);
    state.graph = std::move(graph);
    state.self_seed = std::move(self_seed);
    state.held.emplace(self, std::move(made.own));
    return Step<AwaitShares>{AwaitShares(take()), std::move(shares)};
}

}  // namespace huizhen::secagg
