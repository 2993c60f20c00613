#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/backend_reference/backend.h>
#include <huizhen/nn/checkpoint.h>
#include <huizhen/nn/layers.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/test_support/data.h>
#include <huizhen/training/trainer.h>

namespace huizhen::engine {
namespace {

// Points in the plane, class 1 inside the unit circle: not linearly separable, so the network must learn
// something.
class Circle final : public TrainingTask {
  public:
    Circle(Context& context, ParameterSet& parameters)
        : context_(context),
          hidden_(Scope(parameters, "net") / "hidden", 2, 16, Activation::kRelu),
          out_(Scope(parameters, "net") / "out", 16, 1) {
        Philox random(3);
        for (std::size_t i = 0; i < 120; ++i) {
            points_.push_back(
                {static_cast<float>(1.2 * random.normal()), static_cast<float>(1.2 * random.normal())});
        }
    }

    std::size_t size() const override { return 100; }

    Tensor loss(std::span<const std::size_t> cases, Philox& random) override {
        const auto [x, y] = batch(cases, &random);
        return bce_with_logits(logits(x, {&random}), y);
    }

    double validate() override {
        const InferenceScope inference(context_);
        std::vector<std::size_t> cases;
        for (std::size_t i = size(); i < points_.size(); ++i) cases.push_back(i);
        const auto [x, y] = batch(cases, nullptr);
        validations.push_back(-static_cast<double>(bce_with_logits(logits(x, {}), y).item()));
        return validations.back();
    }

    std::vector<double> validations;

  private:
    Tensor logits(const Tensor& x, const Pass& pass) const {
        return reshape(out_(Dropout(0.1F)(hidden_(x), pass)), {-1});
    }

    std::pair<Tensor, Tensor> batch(std::span<const std::size_t> cases, Philox* random) const {
        std::vector<float> x, y;
        for (const std::size_t i : cases) {
            const auto [a, b] = points_[i];
            y.push_back(a * a + b * b < 1.5F ? 1.0F : 0.0F);
            for (const float v : {a, b})
                x.push_back(random != nullptr ? v + 0.05F * static_cast<float>(random->normal()) : v);
        }
        const auto n = static_cast<std::int64_t>(cases.size());
        return {Tensor::from(context_, {n, 2}, x), Tensor::from(context_, {n}, y)};
    }

    Context& context_;
    Linear hidden_, out_;
    std::vector<std::pair<float, float>> points_;
};

struct Bench {
    Executor executor{1};
    Context context{executor, {reference_backend()}};
    ParameterSet parameters{context, 5};
    Circle task{context, parameters};

    std::vector<float> weights() const {
        std::vector<float> all;
        for (const auto& parameter : parameters.all()) {
            const auto values = parameter.value.to_vector();
            all.insert(all.end(), values.begin(), values.end());
        }
        return all;
    }
};

TrainingOptions options() {
    return {.epochs = 30, .batch = 16, .learning_rate = 0.03, .average_decay = 0.9, .seed = 9};
}

// Asks for a stop once `at` steps are done.
class StopAfter final : public ProgressSink {
  public:
    explicit StopAfter(std::uint64_t at) : at_(at) {}
    void advance(std::string_view, std::uint64_t done, std::uint64_t total) override {
        if (done >= at_) source.request_stop();
        last_total = total;
    }
    std::stop_source source;
    std::uint64_t last_total = 0;

  private:
    std::uint64_t at_;
};

TEST(Trainer, learns_and_repeats_itself_bit_for_bit) {
    Bench a, b, c;
    const auto first = train(a.parameters, a.task, options(), {}, silent_progress());
    ASSERT_TRUE(first) << first.error().to_string();
    EXPECT_EQ(first->epochs, 30);
    EXPECT_GT(first->validation, -0.45);  // guessing gives -0.69
    EXPECT_GT(first->validation, a.task.validations.front() + 0.1);
    ASSERT_TRUE(train(b.parameters, b.task, options(), {}, silent_progress()));
    EXPECT_EQ(a.weights(), b.weights());
    auto other = options();
    other.seed = 10;
    ASSERT_TRUE(train(c.parameters, c.task, other, {}, silent_progress()));
    EXPECT_NE(a.weights(), c.weights());
}

TEST(Trainer, a_stopped_run_resumes_to_the_same_bits) {
    for (const int patience : {0, 3}) {
        Bench whole;
        auto wanted = options();
        wanted.patience = patience;
        ASSERT_TRUE(train(whole.parameters, whole.task, wanted, {}, silent_progress()));
        for (const std::uint64_t at :
             {1U, 20U, 24U, 61U}) {  // the first step, inside an epoch, at the end of one
            const testing::TemporaryFolder folder;
            wanted.checkpoint = folder.path() / "run.safetensors";
            Bench before;
            StopAfter stop(at);
            const auto stopped = train(before.parameters, before.task, wanted, stop.source.get_token(), stop);
            ASSERT_FALSE(stopped);
            EXPECT_EQ(stopped.error().code(), ErrorCode::kCancelled);
            EXPECT_THAT(stopped.error().message(), ::testing::HasSubstr("run.safetensors"));
            Bench after;
            wanted.resume = true;
            ASSERT_TRUE(train(after.parameters, after.task, wanted, {}, silent_progress()));
            wanted.resume = false;
            EXPECT_EQ(after.weights(), whole.weights()) << "stopped after " << at;
            EXPECT_FALSE(std::filesystem::exists(wanted.checkpoint));
        }
    }
}

TEST(Trainer, refuses_the_checkpoint_of_another_run) {
    const testing::TemporaryFolder folder;
    auto wanted = options();
    wanted.data = "one";
    wanted.checkpoint = folder.path() / "run.safetensors";
    Bench before, after;
    StopAfter stop(3);
    ASSERT_FALSE(train(before.parameters, before.task, wanted, stop.source.get_token(), stop));
    wanted.resume = true;
    auto faster = wanted, elsewhere = wanted;
    faster.learning_rate = 0.02;
    elsewhere.data = "another";  // as many cases
    for (const TrainingOptions& other : {faster, elsewhere}) {
        const auto resumed = train(after.parameters, after.task, other, {}, silent_progress());
        ASSERT_FALSE(resumed);
        EXPECT_EQ(resumed.error().code(), ErrorCode::kIntegrity);
    }
    EXPECT_TRUE(train(after.parameters, after.task, wanted, {}, silent_progress()));
}

TEST(Trainer, refuses_a_checkpoint_with_impossible_counters) {
    const testing::TemporaryFolder folder;
    auto wanted = options();
    wanted.checkpoint = folder.path() / "run.safetensors";
    Bench before;
    StopAfter stop(3);
    ASSERT_FALSE(train(before.parameters, before.task, wanted, stop.source.get_token(), stop));
    wanted.resume = true;
    for (const char* step : {"-1p+0", "1.8p+0", "1p+40", "nan"}) {
        Bench after;
        const auto whole = Checkpoint::open(wanted.checkpoint);
        ASSERT_TRUE(whole) << whole.error().to_string();
        NamedTensors tensors;
        for (const std::string& name : whole->names())
            tensors.emplace_back(name, *whole->read(name, after.context));
        auto metadata = whole->metadata();
        metadata["training.step"] = step;
        ASSERT_TRUE(save_checkpoint(wanted.checkpoint, tensors, metadata));
        const auto resumed = train(after.parameters, after.task, wanted, {}, silent_progress());
        ASSERT_FALSE(resumed) << step;
        EXPECT_EQ(resumed.error().code(), ErrorCode::kMalformedInput) << step;
    }
}

TEST(Trainer, early_stop_keeps_the_best_weights) {
    Bench bench;
    auto wanted = options();
    wanted.epochs = 400;
    wanted.patience = 4;
    wanted.learning_rate = 0.3;  // rough enough to get worse again
    const auto outcome = train(bench.parameters, bench.task, wanted, {}, silent_progress());
    ASSERT_TRUE(outcome) << outcome.error().to_string();
    EXPECT_LT(outcome->epochs, 400);
    const double best = *std::max_element(bench.task.validations.begin(), bench.task.validations.end());
    EXPECT_EQ(outcome->validation, best);
    EXPECT_EQ(bench.task.validate(), best);
}

}  // namespace
}  // namespace huizhen::engine
