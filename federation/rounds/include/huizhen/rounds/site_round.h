#pragma once

// A site's side of one round: a deterministic fold over its inputs, as coordinator_round.h has it. The
// program applies an input, commits it, and only then acts on the outputs; after a crash it opens the round
// from the same setup and seed, applies the journal's inputs again and acts on pending().
//
// It never answers two different messages of one kind: a duplicate gets the same bytes again, another message
// of a kind it has answered is refused. A message that it cannot go along with ends its part, by name.
// One thread at a time; the heavy work is done outside (TrainAndMask).

#include <huizhen/rounds/site_events.h>

namespace huizhen::rounds {

// Borrowed; must outlive the round.
struct SiteTools {
    const secagg::Signer* signer = nullptr;
    // As it was when the round was opened: of the proposal's certificates, judged by this site.
    const secagg::Directory* directory = nullptr;
};

enum class SiteStage : std::uint8_t {
    kDeclined,
    kAwaitRoster,
    kAwaitShares,
    kFetching,   // waits for the model
    kTraining,   // TrainAndMask is out
    kUploading,  // PutObject is out
    kAwaitSurvivors,
    kAwaitSignatures,
    kUnmasked,  // has done its part in the sum
    kOut,       // left out, failed, or came late; may still evaluate
    kConcluded,
};
std::string_view stage_name(SiteStage stage);

class SiteRound {
  public:
    // `seed`: 32 secret bytes, of this round alone. kInvalidArgument: the first message opens no round.
    static Result<SiteRound> open(const SiteSetup& setup, const secagg::Secret32& seed,
                                  const SiteTools& tools);
    ~SiteRound();
    SiteRound(SiteRound&&) noexcept;
    SiteRound& operator=(SiteRound&&) noexcept;

    Applied<SiteOutput> apply(const SiteInput& input);

    // All that the outside has yet to do, said again: after open() and after a replay.
    std::vector<SiteOutput> pending() const;

    // For the heartbeat.
    Position position() const;
    // The last that was sent: again after a reconnect.
    std::optional<Message> last_sent() const;

    RoundName name() const;
    SiteStage stage() const;
    bool evaluating() const;  // Evaluate is out; in any stage after kAwaitRoster
    bool done() const { return stage() == SiteStage::kConcluded; }
    const std::optional<Outcome>& outcome() const;
    const std::optional<std::string>& trouble() const;  // why it declined, failed or was left out

  private:
    struct State;
    explicit SiteRound(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::rounds
