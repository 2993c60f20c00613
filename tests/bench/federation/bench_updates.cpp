// Encoding, decoding and server steps against memcpy of the same floats in one run, on one core.
// Usage: bench_updates [VALUES], by default 25,000,000: 100 MB of floats.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include <huizhen/aggregation/robust/rule.h>
#include <huizhen/aggregation/server_step.h>
#include <huizhen/compression/update_codec.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace {

using namespace huizhen;
using namespace huizhen::aggregation;
using namespace huizhen::compression;

// Of this process: other programs on the machine do not count.
double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <typename Body>
double best_of_three(Body body) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        const double begin = processor_seconds();
        body();
        best = std::min(best, processor_seconds() - begin);
    }
    return best;
}

void must(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
    std::exit(1);
}

class Bench {
  public:
    explicit Bench(std::size_t values) : values_(values), update_(values), model_(values) {
        for (std::size_t i = 0; i < values; ++i) {
            update_[i] = 1e-3F * static_cast<float>(static_cast<int>(i * 2654435761U % 2001) - 1000);
        }
        memcpy_seconds_ = best_of_three([&] { std::memcpy(model_.data(), update_.data(), values * 4); });
        report("memcpy", memcpy_seconds_);
    }

    void codec(CodecKind kind) {
        CodecSettings settings;
        settings.kind = kind;
        settings.max_sites = 4;
        settings.max_samples = 1000;
        auto codec = UpdateCodec::make(settings, values_, {"bench", 1, update_});
        if (!codec) must(fail(codec.error()));
        std::vector<std::uint32_t> words(codec->words());
        std::vector<float> residual(values_);
        secagg::SeededRandom random(secagg::Secret32{});
        const std::string name(codec_name(kind));
        const double plain = best_of_three([&] { must(codec->encode(update_, 500, {}, random, words)); });
        report((name + " encode").c_str(), plain);
        report((name + " encode, feedback").c_str(),
               best_of_three([&] { must(codec->encode(update_, 500, residual, random, words)); }));
        const auto tally = codec->tally(words, 1).value();
        report((name + " decode").c_str(), best_of_three([&] {
                   for (std::size_t first = 0; first < values_; first += kPartValues) {
                       codec->mean(words, tally, first,
                                   std::span(model_).subspan(first, std::min(kPartValues, values_ - first)));
                   }
               }));
        if (kind == CodecKind::kSparse) {
            report("choose a support", best_of_three([&] {
                       const auto again = UpdateCodec::make(settings, values_, {"bench", 1, update_});
                       if (!again) must(fail(again.error()));
                   }));
        }
    }

    void strategy(StrategyKind kind) {
        StrategySettings settings;
        settings.kind = kind;
        const Strategy strategy =
            Strategy::make(settings, {{"weights", values_, TensorKind::kWeight}}).value();
        std::vector<float> mean(strategy.upload_values(), 1e-3F), next(values_);
        std::vector<std::vector<float>> state(strategy.state().size(), std::vector<float>(values_));
        const double seconds = best_of_three([&] {
            ServerStreams streams{read_from(model_), read_from(mean), append_to(next), {}};
            for (auto& vector : state) streams.state.push_back({read_from(vector), append_to(vector)});
            must(step_server(strategy, streams));
        });
        report((std::string(strategy_name(kind)) + " step").c_str(), seconds);
    }

    void robust(RobustKind kind) {
        const std::size_t values = values_ / 5;
        std::vector<std::vector<float>> groups(5);
        std::vector<ReadPart> reads;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const auto first = update_.begin() + static_cast<std::ptrdiff_t>(g * values);
            groups[g].assign(first, first + static_cast<std::ptrdiff_t>(values));
            reads.push_back(read_from(groups[g]));
        }
        report((std::string(robust_name(kind)) + " of 5 groups, each a fifth").c_str(), best_of_three([&] {
                   must(combine({kind, 1}, reads, values, append_to(std::span(model_).first(values))));
               }));
    }

  private:
    void report(const char* name, double seconds) const {
        std::printf("%-38s %6.3f s  %6.2f GB/s of floats  %5.1f times memcpy\n", name, seconds,
                    4e-9 * static_cast<double>(values_) / seconds, seconds / memcpy_seconds_);
    }

    std::size_t values_;
    std::vector<float> update_, model_;
    double memcpy_seconds_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    Bench bench(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 25'000'000);
    for (const auto kind :
         {CodecKind::kFixedPoint, CodecKind::kQuantised, CodecKind::kSparse, CodecKind::kSparseQuantised}) {
        bench.codec(kind);
    }
    for (const auto kind : {StrategyKind::kFedAvg, StrategyKind::kFedAdam, StrategyKind::kScaffold}) {
        bench.strategy(kind);
    }
    for (const auto kind : {RobustKind::kMedian, RobustKind::kTrimmedMean, RobustKind::kMultiKrum}) {
        bench.robust(kind);
    }
    return 0;
}
