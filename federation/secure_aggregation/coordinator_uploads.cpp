// Phases: add up the masked uploads; collect the survivors' agreement.

#include <huizhen/base/check.h>

#include "coordinator_state.h"

namespace huizhen::secagg {
namespace {

constexpr std::size_t kPartWords = 1 << 20;

}  // namespace

Status CollectUploads::accept(BytesView message, std::span<const std::uint32_t> words) {
    return accept(message, words, digest_of_words(words));
}

Status CollectUploads::accept(BytesView message, std::span<const std::uint32_t> words,
                              const Sha256Digest& digest, const Used& used) {
    CoordinatorRound& state = round();
    HZ_ASSIGN(const Frame frame,
              read_site_frame(message, MessageKind::kUpload, state.roster.context, *state.directory));
    HZ_ASSIGN(const std::uint32_t member, state.read_sender(frame));
    HZ_ASSIGN(const UploadBody body, read_upload(frame.body));
    if (body.words != state.terms.words || words.size() != state.terms.words) {
        return refuse(Refusal::kWrongLength, "site " + frame.sender.str() + " sent " +
                                                 std::to_string(words.size()) + " words, not " +
                                                 std::to_string(state.terms.words));
    }
    if (digest != body.digest) {
        return refuse(Refusal::kForged,
                      "the words are not those that site " + frame.sender.str() + " signed");
    }
    if (state.sum.empty()) state.sum.resize(words.size());
    for (std::size_t at = 0; at < words.size(); at += kPartWords) {
        const auto part = words.subspan(at, std::min(kPartWords, words.size() - at));
        std::uint32_t* sum = state.sum.data() + at;
        for (std::size_t i = 0; i < part.size(); ++i) sum[i] += part[i];
        if (used) used(part);
    }
    state.answered.insert(member);
    return {};
}

Status CollectUploads::withdraw(const SiteId& site, std::span<const std::uint32_t> words) {
    CoordinatorRound& state = round();
    const auto member = state.roster.find(site);
    if (!member || !state.answered.contains(*member)) {
        return refuse(Refusal::kUnknownSite, site.str() + " has not uploaded");
    }
    HZ_CHECK(words.size() == state.sum.size(), "the words that were accepted");
    for (std::size_t i = 0; i < words.size(); ++i) state.sum[i] -= words[i];
    state.answered.erase(*member);
    return {};
}

Result<Broadcast<CollectAgreement>> CollectUploads::close() {
    CoordinatorRound& state = round();
    std::vector<bool> uploaded(state.roster.members.size());
    for (const std::uint32_t member : state.answered) uploaded[member] = true;
    if (state.graph->has_torn_window(uploaded)) {
        return refuse(Refusal::kFewerThanThreshold,
                      "too many sites next to each other on the ring are missing");
    }
    // No site would help to unmask a sum over fewer.
    if (state.answered.size() < state.terms.min_sites) {
        return refuse(Refusal::kFewerThanThreshold, std::to_string(state.answered.size()) + " of at least " +
                                                        std::to_string(state.terms.min_sites) +
                                                        " sites sent an upload");
    }
    HZ_TRY(state.advance("an upload"));
    for (std::uint32_t member = 0; member < state.roster.members.size(); ++member) {
        (uploaded[member] ? state.survivors.active : state.survivors.dropped).push_back(member);
    }
    Bytes message =
        frame_of_coordinator(MessageKind::kSurvivors, state.roster.context, write_survivors(state.survivors));
    return Broadcast<CollectAgreement>{CollectAgreement(take()), std::move(message)};
}

Status CollectAgreement::accept(BytesView message) {
    CoordinatorRound& state = round();
    HZ_ASSIGN(const Frame frame,
              read_site_frame(message, MessageKind::kAgreement, state.roster.context, *state.directory));
    HZ_ASSIGN(const std::uint32_t member, state.read_sender(frame));
    const Bytes expected = agreement_body(state.survivors);
    if (!std::equal(frame.body.begin(), frame.body.end(), expected.begin(), expected.end())) {
        return refuse(Refusal::kInconsistent, "site " + frame.sender.str() + " signed another survivor list");
    }
    // The signature is what is left of the message after its signed part and the signature's length.
    const std::size_t head =
        signed_part(MessageKind::kAgreement, state.roster.context, frame.sender, frame.body).size() + 4;
    state.agreement.push_back(
        {member, Bytes(message.begin() + static_cast<std::ptrdiff_t>(head), message.end())});
    state.answered.insert(member);
    return {};
}

Result<Broadcast<CollectUnmasking>> CollectAgreement::close() {
    CoordinatorRound& state = round();
    HZ_TRY(state.advance("their agreement"));
    std::sort(state.agreement.begin(), state.agreement.end(),
              [](const MemberSignature& a, const MemberSignature& b) { return a.member < b.member; });
    Bytes message = frame_of_coordinator(MessageKind::kSignatures, state.roster.context,
                                         write_signatures(state.agreement));
    return Broadcast<CollectUnmasking>{CollectUnmasking(take()), std::move(message)};
}

}  // namespace huizhen::secagg
