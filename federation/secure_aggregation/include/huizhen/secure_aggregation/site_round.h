#pragma once

// A site's side of one round, one class per phase. Each transition takes what the coordinator sent and gives
// the next phase and what must be sent; the transport is the caller's. A refused message changes nothing: the
// phase waits on. A phase that has moved on is spent. One thread at a time.
//
//   advertise_keys -> AwaitRoster -> AwaitShares -> MaskUpload -> AwaitSurvivors -> AwaitSignatures -> done
//
// All keys are fresh, live in wiping types and die with the phase that needs them last. To come back after a
// crash, keep sealed the seed of a SeededRandom and each message before acting on it, and replay: the same
// bytes come out. Never answer two different messages of one kind from one seed.

#include <memory>

#include <huizhen/base/executor.h>
#include <huizhen/secure_aggregation/refusal.h>
#include <huizhen/secure_aggregation/signature.h>
#include <huizhen/secure_aggregation/terms.h>

namespace huizhen::secagg {

struct SiteRound;

// What the site brings along. Borrowed: all must outlive the round.
struct SiteIdentity {
    SiteId id;  // at most 128 bytes
    const Signer* signer = nullptr;
    const Directory* directory = nullptr;
    RandomSource* random = &system_random();
};

// What the site insists on, whatever the coordinator plans.
struct SitePolicy {
    std::uint32_t min_sites = 3;
    std::uint32_t min_corrupt_percent = 0;
    std::uint32_t min_security_bits = 40;
};

// The next phase, and the message to the coordinator that goes with it.
template <typename Next>
struct Step {
    Next next;
    Bytes message;
};

class SitePhase {
  public:
    explicit SitePhase(std::unique_ptr<SiteRound> round);
    ~SitePhase();
    SitePhase(SitePhase&&) noexcept;
    SitePhase& operator=(SitePhase&&) noexcept;

  protected:
    SiteRound& round();
    const SiteRound& round() const;
    std::unique_ptr<SiteRound> take();

  private:
    std::unique_ptr<SiteRound> round_;
};

class AwaitSignatures : public SitePhase {
  public:
    using SitePhase::SitePhase;
    // The signatures of the others under the same survivor list. Gives the last message: of every active
    // neighbour a share of its self mask, of every dropped one a share of its mask key, never both.
    Result<Bytes> receive(BytesView signatures);
};

class AwaitSurvivors : public SitePhase {
  public:
    using SitePhase::SitePhase;
    // Who uploaded and who dropped out. Gives this site's signature under the list.
    Result<Step<AwaitSignatures>> receive(BytesView survivors);
};

class MaskUpload : public SitePhase {
  public:
    using SitePhase::SitePhase;
    // Masks `words` in place: they are then what is uploaded, after the message, which names their digest.
    // kWrongLength when they are not terms.words long.
    Result<Step<AwaitSurvivors>> mask(std::span<std::uint32_t> words, Executor& executor);

    // The same in two parts, for masking outside of the round's own thread, and for coming back after a crash
    // with the masked words stored and the unmasked ones gone: masks, changes nothing else and gives the
    // digest. Any thread, while nobody calls another function of this phase.
    Result<Sha256Digest> mask_in_place(std::span<std::uint32_t> words, Executor& executor) const;
    // Goes on with words that have been masked, by their digest. Never for two digests: the difference of two
    // vectors under one mask is bare.
    Step<AwaitSurvivors> already_masked(const Sha256Digest& digest);

    const RoundShape& shape() const;  // of the roster
};

class AwaitShares : public SitePhase {
  public:
    using SitePhase::SitePhase;
    // The boxes the neighbours sealed for this site.
    Result<MaskUpload> receive(BytesView delivery);
};

class AwaitRoster : public SitePhase {
  public:
    using SitePhase::SitePhase;
    // Everybody's keys. Gives this site's shares, sealed for each neighbour.
    Result<Step<AwaitShares>> receive(BytesView roster);
};

// Starts a round. Refused when the terms are below the site's policy.
Result<Step<AwaitRoster>> advertise_keys(const Terms& terms, const SitePolicy& policy,
                                         const SiteIdentity& identity);

}  // namespace huizhen::secagg
