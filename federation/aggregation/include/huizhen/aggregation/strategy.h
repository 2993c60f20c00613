#pragma once

// What sites send and how the server goes on from their mean. An update is what a site's training added to
// the model it was given (after - before), so every server step is an ascent along the mean update.
//
//   FedAvg    model += server_rate * mean                            McMahan et al., AISTATS 2017
//   FedProx   the same; sites add mu/2 |w - w_round|^2 to their loss  Li et al., MLSys 2020
//   FedAdam   m = b1 m + (1 - b1) mean; v = b2 v + (1 - b2) mean^2;   Reddi et al., ICLR 2021, algorithm 2,
//             model += adam_rate * m / (sqrt(v) + tau)                no bias correction, v starts at tau^2
//   SCAFFOLD  model += server_rate * mean; control += participation   Karimireddi et al., ICML 2020,
//             * mean control update                                   algorithm 1
//   FedBN     FedAvg of all but the normalisations, which stay at     Li et al., ICLR 2021
//             each site and are not sent
//
// SCAFFOLD sends twice as many values; FedBN fewer.

#include <map>
#include <optional>
#include <string_view>

#include <huizhen/aggregation/layout.h>
#include <huizhen/aggregation/vector_parts.h>

namespace huizhen::aggregation {

// Never renumbered: plans keep them.
enum class StrategyKind : std::uint8_t { kFedAvg = 1, kFedProx = 2, kFedAdam = 3, kScaffold = 4, kFedBn = 5 };

std::string_view strategy_name(StrategyKind kind);  // "fedavg", "fedprox", "fedadam", "scaffold", "fedbn"
Result<StrategyKind> strategy_named(std::string_view name);

struct StrategySettings {
    StrategyKind kind = StrategyKind::kFedAvg;
    double server_rate = 1;  // all but FedAdam
    double mu = 0.01;        // FedProx: the site's
    double adam_rate = 0.01, beta1 = 0.9, beta2 = 0.99, tau = 1e-3;
    // SCAFFOLD: control updates are sent times this. local steps * local rate brings them to the size of the
    // model's update, so that one clip fits both.
    double control_scale = 1;
};

// kInvalidArgument names the value.
Status check(const StrategySettings& settings);

// A vector as long as the model, which the server keeps from round to round beside it.
struct StateVector {
    std::string_view name;
    float initial = 0;
};

// Values of the model that are sent one after the other.
struct SentSegment {
    std::uint64_t model_first = 0, upload_first = 0, count = 0;
};

// Immutable once made; any thread.
class Strategy {
  public:
    // kInvalidArgument: see check(), or nothing of the model would be sent.
    static Result<Strategy> make(const StrategySettings& settings, const Layout& layout);

    const StrategySettings& settings() const { return settings_; }
    std::uint64_t model_values() const { return model_values_; }
    std::uint64_t upload_values() const;  // what the codec encodes
    std::span<const SentSegment> sent() const { return sent_; }
    std::uint64_t sent_values() const { return sent_.back().upload_first + sent_.back().count; }

    // FedAdam: "m", "v". SCAFFOLD: "control", which every site is given with the model. Else none.
    std::vector<StateVector> state() const;
    bool has_control() const { return settings_.kind == StrategyKind::kScaffold; }

  private:
    Strategy(const StrategySettings& settings, std::uint64_t model_values, std::vector<SentSegment> sent)
        : settings_(settings), model_values_(model_values), sent_(std::move(sent)) {}

    StrategySettings settings_;
    std::uint64_t model_values_;
    std::vector<SentSegment> sent_;
};

std::uint64_t upload_length(const StrategySettings& settings, const Layout& layout);

}  // namespace huizhen::aggregation
