#include <charconv>
#include <limits>
#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/base/logging.h>
#include <huizhen/base/sha256.h>
#include <huizhen/nn/checkpoint.h>
#include <huizhen/training/trainer.h>

namespace huizhen::engine {
namespace {

// Streams of one step lie below those of the next; more than any step draws.
constexpr int kStreamBitsOfStep = 24;
constexpr int kStreamBitsOfEpoch = 40;
constexpr std::uint64_t kShuffleKey =
    0x9e3779b97f4a7c15U;  // so that shuffling and steps never share a stream

// Text that gives the same double back.
std::string exact(double value) {
    char text[64];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::hex);
    HZ_CHECK(error == std::errc(), "room for a double");
    return {text, end};
}

Result<double> exact(const CheckpointMetadata& metadata, std::string_view key) {
    const auto found = metadata.find(key);
    double value = 0;
    if (found != metadata.end()) {
        const char* last = found->second.data() + found->second.size();
        const auto [end, error] = std::from_chars(found->second.data(), last, value, std::chars_format::hex);
        if (error == std::errc() && end == last) return value;
    }
    return fail(ErrorCode::kMalformedInput, "the training checkpoint lacks " + std::string(key));
}

// The same of a count.
Result<std::int64_t> count(const CheckpointMetadata& metadata, std::string_view key, std::int64_t highest) {
    HZ_ASSIGN(const double value, exact(metadata, key));
    if (!(value >= 0 && value <= static_cast<double>(highest)) || value != std::floor(value)) {
        return fail(ErrorCode::kMalformedInput,
                    "the training checkpoint has an impossible " + std::string(key));
    }
    return static_cast<std::int64_t>(value);
}

NamedTensors with_prefix(std::string_view prefix, NamedTensors tensors) {
    for (auto& [name, tensor] : tensors) name = std::string(prefix) + name;
    return tensors;
}

class Run {
  public:
    Run(ParameterSet& parameters, TrainingTask& task, const TrainingOptions& options)
        : parameters_(parameters),
          task_(task),
          options_(options),
          optimizer_(parameters, options.optimizer),
          average_(parameters, options.average_decay) {
        HZ_CHECK(task.size() > 0 && options.batch > 0 && options.epochs > 0, "something to train on");
        batch_ = std::min(static_cast<std::size_t>(options.batch), task.size());
        steps_per_epoch_ =
            static_cast<std::int64_t>(task.size() / batch_);  // the rest of an epoch's order is left out
        schedule_.peak = options.learning_rate;
        schedule_.warmup_steps = std::llround(options.warmup_epochs * static_cast<double>(steps_per_epoch_));
        schedule_.total_steps = options.epochs * steps_per_epoch_;
    }

    Status resume();
    Result<TrainingOutcome> go(const std::stop_token& stop, ProgressSink& progress);

  private:
    std::string fingerprint() const;
    Status save() const;
    Status load(const Checkpoint& checkpoint);
    Status run_step();
    void end_epoch();
    bool exhausted() const { return options_.patience > 0 && without_better_ >= options_.patience; }
    std::int64_t epoch() const { return step_ / steps_per_epoch_; }

    ParameterSet& parameters_;
    TrainingTask& task_;
    const TrainingOptions& options_;
    AdamW optimizer_;
    WeightAverage average_;
    CosineSchedule schedule_;
    std::size_t batch_ = 1;
    std::int64_t steps_per_epoch_ = 1;

    std::int64_t step_ = 0;
    double epoch_loss_ = 0;  // summed over the steps of this epoch
    double mean_loss_ = 0;   // of the last whole epoch
    double best_ = -std::numeric_limits<double>::infinity();
    double validation_ = 0;
    int without_better_ = 0;
    NamedTensors best_weights_;
    std::vector<std::size_t> order_;
    std::int64_t order_epoch_ = -1;
};

// Names and shapes, the data, and every option that changes the result.
std::string Run::fingerprint() const {
    std::string text = std::to_string(task_.size()) + ' ' + std::to_string(options_.epochs) + ' ' +
                       std::to_string(options_.batch) + ' ' + std::to_string(options_.seed) + ' ' +
                       std::to_string(options_.validate_every) + ' ' + std::to_string(options_.patience);
    for (const double value : {options_.learning_rate, options_.warmup_epochs, options_.average_decay,
                               options_.optimizer.beta1, options_.optimizer.beta2, options_.optimizer.epsilon,
                               options_.optimizer.decay, options_.optimizer.clip_norm}) {
        text += ' ' + exact(value);
    }
    for (const Parameter& parameter : parameters_.all()) {
        text += ' ' + parameter.name + parameter.value.shape().to_string();
    }
    text += ' ' + options_.data;
    return to_hex(sha256(std::as_bytes(std::span(text.data(), text.size()))));
}

Status Run::save() const {
    if (options_.checkpoint.empty()) return {};
    NamedTensors tensors = with_prefix("weight/", named_tensors(parameters_));
    for (const auto& more : {optimizer_.state(), average_.state(), with_prefix("best/", best_weights_)}) {
        tensors.insert(tensors.end(), more.begin(), more.end());
    }
    const CheckpointMetadata metadata{
        {"training.fingerprint", fingerprint()},
        {"training.step", exact(static_cast<double>(step_))},
        {"training.updates", exact(static_cast<double>(optimizer_.steps()))},
        {"training.averaged", exact(static_cast<double>(average_.updates()))},
        {"training.epoch_loss", exact(epoch_loss_)},
        {"training.mean_loss", exact(mean_loss_)},
        {"training.best", exact(best_)},
        {"training.validation", exact(validation_)},
        {"training.without_better", exact(without_better_)},
    };
    HZ_TRY(save_checkpoint(options_.checkpoint, tensors, metadata));
    return {};
}

Status Run::resume() {
    if (!options_.resume || options_.checkpoint.empty() || !std::filesystem::exists(options_.checkpoint))
        return {};
    HZ_ASSIGN(const Checkpoint checkpoint, Checkpoint::open(options_.checkpoint));
    const auto status = load(checkpoint);
    if (!status) return fail(status.error().within(options_.checkpoint.filename().string()));
    return {};
}

Status Run::load(const Checkpoint& checkpoint) {
    const auto& metadata = checkpoint.metadata();
    const auto print = metadata.find("training.fingerprint");
    if (print == metadata.end() || print->second != fingerprint()) {
        return fail(ErrorCode::kIntegrity,
                    "the checkpoint belongs to a run with other options, data or network");
    }
    const std::int64_t steps = schedule_.total_steps;
    HZ_ASSIGN(step_, count(metadata, "training.step", steps));
    HZ_ASSIGN(const std::int64_t updates, count(metadata, "training.updates", steps));
    HZ_ASSIGN(const std::int64_t averaged, count(metadata, "training.averaged", steps));
    HZ_ASSIGN(epoch_loss_, exact(metadata, "training.epoch_loss"));
    HZ_ASSIGN(mean_loss_, exact(metadata, "training.mean_loss"));
    HZ_ASSIGN(best_, exact(metadata, "training.best"));
    HZ_ASSIGN(validation_, exact(metadata, "training.validation"));
    HZ_ASSIGN(const std::int64_t without_better, count(metadata, "training.without_better", steps));
    without_better_ = static_cast<int>(without_better);

    NamedTensors moments, averages;
    for (const std::string& name : checkpoint.names()) {
        const auto read_into = [&](NamedTensors& into, std::string key) -> Status {
            HZ_ASSIGN(auto tensor, checkpoint.read(name, parameters_.context()));
            into.emplace_back(std::move(key), std::move(tensor));
            return {};
        };
        if (name.starts_with("m/") || name.starts_with("v/")) HZ_TRY(read_into(moments, name));
        if (name.starts_with("ema/")) HZ_TRY(read_into(averages, name));
        if (name.starts_with("best/")) HZ_TRY(read_into(best_weights_, name.substr(5)));
    }
    HZ_TRY(load_parameters(checkpoint, parameters_, "weight/"));
    HZ_TRY(optimizer_.restore(moments, updates));
    return average_.restore(averages, averaged);
}

Status Run::run_step() {
    if (order_epoch_ != epoch()) {
        order_.resize(task_.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        Philox shuffler(options_.seed ^ kShuffleKey, static_cast<std::uint64_t>(epoch())
                                                         << kStreamBitsOfEpoch);
        shuffler.shuffle(order_);
        order_epoch_ = epoch();
    }
    const auto first = static_cast<std::size_t>(step_ % steps_per_epoch_) * batch_;
    Philox random(options_.seed, static_cast<std::uint64_t>(step_) << kStreamBitsOfStep);
    const Tensor loss = task_.loss(std::span(order_).subspan(first, batch_), random);
    const double value = loss.item();
    if (!std::isfinite(value)) {
        return fail(ErrorCode::kInternal, "training diverged in epoch " + std::to_string(epoch() + 1));
    }
    backward(loss);
    optimizer_.step(schedule_.at(step_));
    average_.update();
    epoch_loss_ += value;
    ++step_;
    return {};
}

void Run::end_epoch() {
    mean_loss_ = epoch_loss_ / static_cast<double>(steps_per_epoch_);
    epoch_loss_ = 0;
    const std::int64_t done = epoch();
    if (done % options_.validate_every != 0 && done != options_.epochs) return;
    average_.swap();
    validation_ = task_.validate();
    if (options_.patience > 0) {
        without_better_ = validation_ > best_ ? 0 : without_better_ + 1;
        if (validation_ > best_) {
            best_ = validation_;
            best_weights_.clear();
            for (const auto& [name, tensor] : named_tensors(parameters_)) {
                best_weights_.emplace_back(
                    name, Tensor::from(parameters_.context(), tensor.shape(), tensor.to_vector()));
            }
        }
    }
    average_.swap();
    log::info("epoch", {{"stage", options_.stage},
                        {"epoch", std::to_string(done)},
                        {"loss", std::to_string(mean_loss_)},
                        {"validation", std::to_string(validation_)}});
}

Result<TrainingOutcome> Run::go(const std::stop_token& stop, ProgressSink& progress) {
    const auto total = static_cast<std::uint64_t>(schedule_.total_steps);
    while (step_ < schedule_.total_steps && !exhausted()) {
        if (stop.stop_requested()) {
            HZ_TRY(save());
            return fail(ErrorCode::kCancelled, options_.checkpoint.empty()
                                                   ? std::string("training was stopped")
                                                   : "training was stopped; it can be resumed from " +
                                                         options_.checkpoint.filename().string());
        }
        HZ_TRY(run_step());
        if (step_ % steps_per_epoch_ == 0) end_epoch();
        progress.advance(options_.stage, static_cast<std::uint64_t>(step_), total);
    }
    if (best_weights_.empty()) {
        average_.swap();
    } else {
        validation_ = best_;
        for (const auto& [name, best] : best_weights_) {
            Tensor parameter = parameters_.find(name)->value;
            parameter.assign(best);
        }
    }
    if (!options_.checkpoint.empty()) {
        std::error_code ignored;  // a checkpoint that stays behind is only left-over
        std::filesystem::remove(options_.checkpoint, ignored);
    }
    return TrainingOutcome{static_cast<int>(epoch()), mean_loss_, validation_};
}

}  // namespace

Result<TrainingOutcome> train(ParameterSet& parameters, TrainingTask& task, const TrainingOptions& options,
                              const std::stop_token& stop, ProgressSink& progress) {
    Run run(parameters, task, options);
    HZ_TRY(run.resume());
    return run.go(stop, progress);
}

}  // namespace huizhen::engine
