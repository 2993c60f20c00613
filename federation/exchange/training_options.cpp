#include <huizhen/exchange/training_options.h>
#include <huizhen/learning/rate_schedule.h>

namespace huizhen::exchange {
namespace {

std::uint64_t number_of(const Sha256Digest& digest) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = number << 8U | digest[i];
    return number;
}

}  // namespace

learning::TrainOptions training_options_of(const rounds::TrainingPlan& plan, std::uint32_t iteration,
                                           const Sha256Digest& seed) {
    const rounds::LearningSettings& settings = plan.learning;
    learning::TrainOptions options;
    options.epochs = static_cast<int>(settings.local_epochs);
    options.batch = static_cast<int>(settings.batch);
    options.optimizer = settings.optimizer == rounds::OptimizerKind::kAdamW ? learning::LocalOptimizer::kAdamW
                                                                            : learning::LocalOptimizer::kSgd;
    options.learning_rate = settings.learning_rate;
    if (settings.last_rate > 0) {
        options.learning_rate =
            learning::learning_rate_at(settings.learning_rate, settings.last_rate,
                                       static_cast<int>(iteration) - 1, static_cast<int>(plan.iterations));
    }
    options.momentum = settings.momentum;
    options.decay = settings.decay;
    options.batch_clip = settings.batch_clip;
    options.proximal_mu = settings.proximal;
    options.seed = number_of(seed);
    return options;
}

}  // namespace huizhen::exchange
