#pragma once

// The coordinator's side of one round, one class per phase. `accept` takes one site's message, or refuses it
// by name and is as it was; `close` ends the phase with whoever answered and gives what must be sent, or says
// that too few did, and the phase goes on. When to close is the caller's: this library has no clock.
//
//   CollectKeys -> CollectShares -> CollectUploads -> CollectAgreement -> CollectUnmasking -> Outcome
//
// Memory: one vector of terms.words, and the shares. One thread at a time, but for the executor's.

#include <functional>
#include <map>
#include <memory>

#include <huizhen/base/executor.h>
#include <huizhen/secure_aggregation/refusal.h>
#include <huizhen/secure_aggregation/signature.h>
#include <huizhen/secure_aggregation/terms.h>

namespace huizhen::secagg {

struct CoordinatorRound;

enum class LeftAt { kShares, kUpload };  // the phase a site of the roster did not answer

struct LeftOut {
    SiteId site;
    LeftAt phase = LeftAt::kShares;
};

struct Outcome {
    std::vector<std::uint32_t> sum;  // of the included sites' words, mod 2^32
    std::vector<SiteId> included;
    std::vector<LeftOut> left_out;
};

// The next phase, and one message that goes to every site still in the round.
template <typename Next>
struct Broadcast {
    Next next;
    Bytes message;
};

// The next phase, and a message to each site still in the round.
template <typename Next>
struct Deliveries {
    Next next;
    std::map<SiteId, Bytes> messages;
};

class CoordinatorPhase {
  public:
    explicit CoordinatorPhase(std::unique_ptr<CoordinatorRound> round);
    ~CoordinatorPhase();
    CoordinatorPhase(CoordinatorPhase&&) noexcept;
    CoordinatorPhase& operator=(CoordinatorPhase&&) noexcept;

    // The sites that have answered in this phase, ascending, and those that still may.
    std::vector<SiteId> answered() const;
    std::vector<SiteId> awaited() const;

    const RoundShape& shape() const;  // once the roster is fixed

  protected:
    CoordinatorRound& round();
    std::unique_ptr<CoordinatorRound> take();

  private:
    std::unique_ptr<CoordinatorRound> round_;
};

class CollectUnmasking : public CoordinatorPhase {
  public:
    using CoordinatorPhase::CoordinatorPhase;
    Status accept(BytesView unmasking);
    // Takes every mask out of the sum. Refused, by the name of a site, when too few shares of one of its
    // secrets came (the phase goes on), or when shares do not give back what was committed to.
    Result<Outcome> finish(Executor& executor);
};

class CollectAgreement : public CoordinatorPhase {
  public:
    using CoordinatorPhase::CoordinatorPhase;
    Status accept(BytesView agreement);
    Result<Broadcast<CollectUnmasking>> close();
};

class CollectUploads : public CoordinatorPhase {
  public:
    using CoordinatorPhase::CoordinatorPhase;
    // `words`: the whole masked vector, whose digest the message carries. It is added and not kept.
    Status accept(BytesView upload, std::span<const std::uint32_t> words);
    // The same where whoever took the words in has worked out their digest. `used` is told of every part of
    // the words that has been added and will not be read again.
    using Used = std::function<void(std::span<const std::uint32_t>)>;
    Status accept(BytesView upload, std::span<const std::uint32_t> words, const Sha256Digest& digest,
                  const Used& used = {});
    // Takes a site that has answered out again, with the words it was accepted with: it then counts as one
    // that dropped out. kUnknownSite: it has not answered.
    Status withdraw(const SiteId& site, std::span<const std::uint32_t> words);
    Result<Broadcast<CollectAgreement>> close();
};

class CollectShares : public CoordinatorPhase {
  public:
    using CoordinatorPhase::CoordinatorPhase;
    Status accept(BytesView shares);
    Result<Deliveries<CollectUploads>> close();
};

class CollectKeys : public CoordinatorPhase {
  public:
    using CoordinatorPhase::CoordinatorPhase;
    Status accept(BytesView keys);
    // Fixes the roster and chooses the graph for it (preflight.h).
    Result<Broadcast<CollectShares>> close();
};

// Who a message of a site says it is from; `accept` is what proves it.
Result<SiteId> sender_of(BytesView message);

// `directory` is borrowed and must outlive the round. kInvalidArgument: the terms pass a limit.
Result<CollectKeys> open_round(const Terms& terms, const Directory& directory);

}  // namespace huizhen::secagg
