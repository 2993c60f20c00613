#pragma once

// What a federation has agreed to train: plain values, signed off by a person before the first round.
// Strategy and codec settings are told apart by kind and not interpreted here; the programs hand them to
// those who do. Kinds keep their numbers for good.

#include <optional>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/rounds/limits.h>
#include <huizhen/rounds/names.h>
#include <huizhen/secure_aggregation/terms.h>

namespace huizhen::rounds {

enum class OptimizerKind : std::uint8_t { kSgd = 1, kAdamW = 2 };  // the site's own; begins anew each round

struct LearningSettings {
    std::uint32_t local_epochs = 1;
    double learning_rate = 1e-3;
    std::uint32_t batch = 32;
    double proximal = 0;  // FedProx: mu
    OptimizerKind optimizer = OptimizerKind::kSgd;
    double momentum = 0;    // kSgd
    double decay = 0;       // towards zero, decoupled
    double batch_clip = 0;  // bound on the norm of a batch's gradient; 0: none
    double last_rate = 0;   // of the last iteration, falling evenly by factors; 0: the rate stays
    bool operator==(const LearningSettings&) const = default;
};

enum class StrategyKind : std::uint8_t { kFedAvg = 1, kFedProx = 2, kFedAdam = 3, kScaffold = 4, kFedBn = 5 };
std::string_view strategy_name(StrategyKind kind);

// How the means of several groups become one. kMean where there is one group.
enum class RobustRule : std::uint8_t { kMean = 0, kTrimmedMean = 1, kMedian = 2, kKrum = 3 };

struct StrategySettings {
    StrategyKind kind = StrategyKind::kFedAvg;
    double server_rate = 1;                        // FedAdam and SCAFFOLD: the coordinator's step
    double beta1 = 0.9, beta2 = 0.99, tau = 1e-3;  // FedAdam
    RobustRule robust = RobustRule::kMean;
    double trim = 0.2;  // the share cut off at either end
    bool operator==(const StrategySettings&) const = default;
};

enum class CodecKind : std::uint8_t { kFixedPoint = 1, kPacked = 2, kSparse = 3, kSparsePacked = 4 };

struct CodecSettings {
    CodecKind kind = CodecKind::kFixedPoint;
    double clip = 1;               // a value is kept within -clip..clip
    std::uint32_t bits = 8;        // kPacked, kSparsePacked: of one site's value
    double keep_fraction = 0.1;    // kSparse, kSparsePacked
    bool weigh_by_samples = true;  // never with noise: a weight would shrink it
    std::uint32_t max_samples = 1'000'000;
    bool operator==(const CodecSettings&) const = default;
};

enum class PrivacyMode : std::uint8_t {
    kOff = 0,
    kMultiplier = 1,  // noise_multiplier is given
    kTarget = 2,      // epsilon and delta are given for all iterations; resolve_privacy finds the multiplier
};

struct PrivacySettings {
    PrivacyMode mode = PrivacyMode::kOff;
    double clip_norm = 0;  // L2 of one site's update; 0: not clipped (never with noise)
    double noise_multiplier = 0;
    double epsilon = 0;
    double delta = 1e-5;
    bool operator==(const PrivacySettings&) const = default;
};

// What secure aggregation assumes; secagg::Terms has the meaning of each.
struct SecrecySettings {
    std::uint32_t corrupt_percent = 33;
    std::uint32_t dropout_percent = 10;
    std::uint32_t security_bits = 40;
    std::uint32_t failure_bits = 20;
    bool operator==(const SecrecySettings&) const = default;
};

// When a phase stops waiting for a site. There is one progress rule, "no bytes for `silence`"; a site that is
// heard is waited for until the others are enough and `grace` has passed, and never beyond `phase_limit`.
struct PatienceSettings {
    Seconds silence{900};
    Seconds grace{600};
    Seconds phase_limit{86'400};
    std::uint32_t max_attempts = 5;  // at one iteration, each a round of its own number and keys
    Seconds retry_after{60};         // doubled with each attempt, to at most an hour
    bool operator==(const PatienceSettings&) const = default;
};

struct TrainingPlan {
    PlanId id;  // at most kMaxIdBytes
    std::string name;
    std::string task;
    ObjectRef start_model;
    std::uint32_t iterations = 1;
    std::vector<SiteId> invited;    // ascending, each once
    std::vector<SiteId> mandatory;  // ascending, all invited: no result without every one of them
    std::uint32_t minimum_sites = 3;
    LearningSettings learning;
    StrategySettings strategy;
    CodecSettings codec;
    PrivacySettings privacy;
    SecrecySettings secrecy;
    PatienceSettings patience;
    std::uint32_t groups = 0;          // robust aggregation: summed apart; 0: one sum over all
    std::uint32_t evaluate_every = 1;  // iterations; the last one always is; 0: only the last
    bool operator==(const TrainingPlan&) const = default;
};

// kInvalidArgument, saying what to change: sums that could overflow, bounds that no round could meet,
// settings that contradict each other.
Status check_plan(const TrainingPlan& plan);

// The plan with the noise multiplier that keeps all its iterations within (epsilon, delta); as it was in the
// other modes.
Result<TrainingPlan> resolve_privacy(TrainingPlan plan);

// What the whole plan spends at the plan's delta, for a person to see before it starts; none without noise.
std::optional<double> epsilon_of(const TrainingPlan& plan);

// Of every field above, in one fixed form: sites that were told of different plans cannot add up.
Sha256Digest digest_of(const TrainingPlan& plan);

bool evaluates(const TrainingPlan& plan, std::uint32_t iteration);

// Sites whose noise is certain to be in a sum over a roster of `sites`: quorum less corrupt.
std::uint32_t honest_sites(const TrainingPlan& plan, std::uint32_t sites);

}  // namespace huizhen::rounds
