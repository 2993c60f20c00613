// Phases: collect keys and fix the roster; collect shares and deliver them.

#include <huizhen/base/check.h>

#include "coordinator_state.h"

namespace huizhen::secagg {

CoordinatorPhase::CoordinatorPhase(std::unique_ptr<CoordinatorRound> round) : round_(std::move(round)) {}
CoordinatorPhase::~CoordinatorPhase() = default;
CoordinatorPhase::CoordinatorPhase(CoordinatorPhase&&) noexcept = default;
CoordinatorPhase& CoordinatorPhase::operator=(CoordinatorPhase&&) noexcept = default;

CoordinatorRound& CoordinatorPhase::round() {
    HZ_CHECK(round_, "a phase that has moved on is spent");
    return *round_;
}

std::unique_ptr<CoordinatorRound> CoordinatorPhase::take() { return std::move(round_); }

std::vector<SiteId> CoordinatorPhase::answered() const {
    std::vector<SiteId> sites;
    if (round_->roster.members.empty()) {
        for (const auto& [site, keys] : round_->keys) sites.push_back(site);
    }
    for (const std::uint32_t member : round_->answered) sites.push_back(round_->roster.members[member].site);
    return sites;
}

std::vector<SiteId> CoordinatorPhase::awaited() const {
    std::vector<SiteId> sites;
    for (const std::uint32_t member : round_->expected) {
        if (!round_->answered.contains(member)) sites.push_back(round_->roster.members[member].site);
    }
    return sites;
}

const RoundShape& CoordinatorPhase::shape() const { return round_->roster.shape; }

Result<std::uint32_t> CoordinatorRound::read_sender(const Frame& frame) const {
    const auto member = roster.find(frame.sender);
    if (!member || !expected.contains(*member)) {
        return refuse(Refusal::kUnknownSite, frame.sender.str() + " has no part in this phase");
    }
    if (answered.contains(*member)) {
        return refuse(Refusal::kDuplicate, "site " + frame.sender.str() + " has sent this already");
    }
    return *member;
}

Status CoordinatorRound::advance(std::string_view phase) {
    if (answered.size() < roster.shape.quorum) {
        return refuse(Refusal::kFewerThanThreshold, std::to_string(answered.size()) + " of " +
                                                        std::to_string(roster.shape.quorum) + " sites sent " +
                                                        std::string(phase));
    }
    expected = std::move(answered);
    answered.clear();
    return {};
}

Result<CollectKeys> open_round(const Terms& terms, const Directory& directory) {
    HZ_TRY(check_terms(terms));
    auto round = std::make_unique<CoordinatorRound>();
    round->terms = terms;
    round->terms_digest = digest_of(terms);
    round->directory = &directory;
    return CollectKeys(std::move(round));
}

Status CollectKeys::accept(BytesView message) {
    CoordinatorRound& state = round();
    HZ_ASSIGN(const Member member, read_keys(message, state.terms_digest, *state.directory));
    if (state.keys.contains(member.site)) {
        return refuse(Refusal::kDuplicate, "site " + member.site.str() + " has sent its keys already");
    }
    if (state.keys.size() >= kMaxSites) {
        return fail(ErrorCode::kLimitExceeded,
                    "a roster holds at most " + std::to_string(kMaxSites) + " sites");
    }
    // Checked here as every site will check the roster, so that one site's fault does not end the round.
    const auto has = [&](const PublicKey& key) {
        return std::any_of(state.keys.begin(), state.keys.end(), [&](const auto& entry) {
            return entry.second.first.share_key == key || entry.second.first.mask_key == key;
        });
    };
    if (member.share_key == member.mask_key || has(member.share_key) || has(member.mask_key)) {
        return refuse(Refusal::kReusedKey, "site " + member.site.str() + " brings a key already there");
    }
    state.keys.emplace(member.site, std::pair(member, Bytes(message.begin(), message.end())));
    return {};
}

Result<Broadcast<CollectShares>> CollectKeys::close() {
    CoordinatorRound& state = round();
    const auto sites = static_cast<std::uint32_t>(state.keys.size());
    if (sites < state.terms.min_sites) {
        return refuse(Refusal::kFewerThanThreshold, std::to_string(sites) + " of at least " +
                                                        std::to_string(state.terms.min_sites) +
                                                        " sites sent keys");
    }
    HZ_ASSIGN(const Preflight plan, preflight(sites, assumptions_for(state.terms, sites)));
    std::vector<Member> members;
    std::vector<Bytes> frames;
    for (auto& [site, keys] : state.keys) {
        members.push_back(keys.first);
        frames.push_back(std::move(keys.second));
    }
    state.keys.clear();
    state.roster = make_roster(state.terms_digest, plan.shape, std::move(members));
    state.graph.emplace(plan.shape, state.roster.context);
    for (std::uint32_t member = 0; member < sites; ++member) state.expected.insert(member);
    Bytes message = roster_message(state.terms_digest, plan.shape, frames);
    return Broadcast<CollectShares>{CollectShares(take()), std::move(message)};
}

Status CollectShares::accept(BytesView message) {
    CoordinatorRound& state = round();
    HZ_ASSIGN(const Frame frame,
              read_site_frame(message, MessageKind::kShares, state.roster.context, *state.directory));
    HZ_ASSIGN(const std::uint32_t member, state.read_sender(frame));
    HZ_ASSIGN(SharesBody body, read_shares(frame.body));
    const auto neighbours = state.graph->neighbours(member);
    if (!std::equal(body.boxes.begin(), body.boxes.end(), neighbours.begin(), neighbours.end(),
                    [](const AddressedBox& box, std::uint32_t to) { return box.member == to; })) {
        return refuse(Refusal::kMalformed,
                      "site " + frame.sender.str() + " did not seal one box for each of its neighbours");
    }
    state.commitments[member] = body.commitment;
    state.shares.emplace(member, std::move(body));
    state.answered.insert(member);
    return {};
}

Result<Deliveries<CollectUploads>> CollectShares::close() {
    CoordinatorRound& state = round();
    HZ_TRY(state.advance("shares"));
    state.sharers = state.expected;
    std::map<std::uint32_t, std::vector<AddressedBox>> by_receiver;
    for (const std::uint32_t receiver : state.expected) by_receiver[receiver];
    for (const auto& [maker, body] : state.shares) {  // ascending, so that every delivery is
        for (const AddressedBox& box : body.boxes) {
            const auto receiver = by_receiver.find(box.member);
            if (receiver != by_receiver.end()) receiver->second.push_back({maker, box.box});
        }
    }
    state.shares.clear();
    std::map<SiteId, Bytes> messages;
    for (const auto& [receiver, boxes] : by_receiver) {
        messages[state.roster.members[receiver].site] =
            frame_of_coordinator(MessageKind::kDelivery, state.roster.context, write_delivery(boxes));
    }
    return Deliveries<CollectUploads>{CollectUploads(take()), std::move(messages)};
}

}  // namespace huizhen::secagg
