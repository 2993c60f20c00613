// The CT encoder, timed. Reads commands from standard input, one a line, and answers each with one line:
// "train N" and "infer N" run N steps and give the milliseconds of each; "parameters" gives their number;
// "fallbacks" what left the fast backend. compare.py runs the same network in PyTorch in turns with this
// program.

#include <chrono>
#include <iostream>
#include <sstream>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/nn/adamw.h>
#include <huizhen/nn/layers.h>
#include <huizhen/tensor/losses.h>

namespace huizhen::engine {
namespace {

constexpr int kGroups = 8;
constexpr std::int64_t kWidth = 32;
constexpr std::int64_t kTokens = 64;
constexpr std::int64_t kMeasurements = 16;
constexpr std::int64_t kAttributes = 8;

struct Stage {
    Conv3d down;
    GroupNorm down_norm;
    Conv3d conv;
    GroupNorm norm;

    Stage(const Scope& scope, std::int64_t in, std::int64_t out)
        : down(scope / "down", {.in = in, .out = out, .stride = 2}),
          down_norm(scope / "down_norm", kGroups, out, Activation::kRelu),
          conv(scope / "conv", {.in = out, .out = out}),
          norm(scope / "norm", kGroups, out) {}

    Tensor operator()(const Tensor& x) const {
        const Tensor small = down_norm(down(x));
        return relu(small + norm(conv(small)));
    }
};

// A stem of three strided residual stages, 64 place tokens and 16 measurement tokens through two transformer
// blocks, heads.
class Encoder {
  public:
    explicit Encoder(const Scope& scope)
        : stem_{Stage(scope / "stem" / 0, 1, kWidth), Stage(scope / "stem" / 1, kWidth, 2 * kWidth),
                Stage(scope / "stem" / 2, 2 * kWidth, 4 * kWidth)},
          to_token_(scope / "to_token", 4 * kWidth, kTokens),
          place_(scope.add("place", {1, 64, kTokens}, Initial::kNormal002, false)),
          slope_(scope.add("slope", {1, kMeasurements, kTokens}, Initial::kNormal002, true)),
          block0_(scope / "block0", {.channels = kTokens, .heads = 4, .hidden = 2 * kTokens}),
          block1_(scope / "block1", {.channels = kTokens, .heads = 4, .hidden = 2 * kTokens}),
          norm_(scope / "norm", kTokens),
          head_(scope / "head", kTokens, 1 + kAttributes) {}

    Tensor operator()(const Tensor& patches, const Tensor& measurements) const {
        const std::int64_t n = patches.dim(0);
        const Tensor seen = to_token_(spatial_tokens(stem_[2](stem_[1](stem_[0](patches))))) + place_;
        const Tensor measured = reshape(measurements, {n, kMeasurements, 1}) * slope_;
        Tensor x = concat({measured, seen}, 1);
        x = block1_(block0_(x, {}), {});
        return head_(norm_(mean(x, {1})));
    }

  private:
    std::array<Stage, 3> stem_;
    Linear to_token_;
    Tensor place_, slope_;
    TransformerBlock block0_, block1_;
    LayerNorm norm_;
    Linear head_;
};

class Bench {
  public:
    Bench() {
        for (const std::int64_t batch : {16, 1}) {
            patches_.push_back(drawn(Shape{batch, 1, 32, 32, 32}));
            measurements_.push_back(drawn(Shape{batch, kMeasurements}));
        }
        targets_ = sigmoid(drawn(Shape{16, 1 + kAttributes}));
    }

    void train() {
        backward(bce_with_logits(encoder_(patches_[0], measurements_[0]), targets_));
        optimizer_.step(1e-4);
    }

    void infer() {
        const InferenceScope off(context_);
        last_ = encoder_(patches_[1], measurements_[1]).to_vector().front();
    }

    std::int64_t parameters() const { return parameters_.count(); }

    std::string fallbacks() const {
        std::string text;
        for (const Context::Fallback& f : context_.fallbacks()) {
            text += std::to_string(f.op) + " (" + f.reason + ") x" + std::to_string(f.count) + "; ";
        }
        return text;
    }

  private:
    Tensor drawn(const Shape& shape) {
        std::vector<float> values(static_cast<std::size_t>(shape.count()));
        random_.normal(values);
        return Tensor::from(context_, shape, values);
    }

    Executor executor_{2};
    Context context_{executor_, {cpu_backend(), reference_backend()}};
    Philox random_{1};
    ParameterSet parameters_{context_, 1};
    Encoder encoder_{Scope(parameters_, "ct")};
    AdamW optimizer_{parameters_, {.clip_norm = 1.0}};
    std::vector<Tensor> patches_, measurements_;
    Tensor targets_;
    float last_ = 0.0F;
};

template <typename F>
void timed(int repeats, F f) {
    for (int i = 0; i < repeats; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        f();
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        std::cout << took.count() << ' ';
    }
    std::cout << std::endl;
}

}  // namespace
}  // namespace huizhen::engine

int main() {
    huizhen::engine::Bench bench;
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string command;
        int repeats = 1;
        words >> command >> repeats;
        if (command == "train") {
            huizhen::engine::timed(repeats, [&] { bench.train(); });
        } else if (command == "infer") {
            huizhen::engine::timed(repeats, [&] { bench.infer(); });
        } else if (command == "parameters") {
            std::cout << bench.parameters() << std::endl;
        } else if (command == "fallbacks") {
            std::cout << bench.fallbacks() << std::endl;
        } else {
            std::cerr << "train N, infer N, parameters or fallbacks\n";
            return 2;
        }
    }
    return 0;
}
