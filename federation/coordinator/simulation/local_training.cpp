#include "local_training.h"

#include <cmath>

#include <huizhen/acceptance/site_row.h>
#include <huizhen/aggregation/site_update.h>
#include <huizhen/compression/update_codec.h>
#include <huizhen/exchange/exchange.h>
#include <huizhen/exchange/site_row_codec.h>
#include <huizhen/exchange/training_options.h>
#include <huizhen/privacy/clipping.h>
#include <huizhen/privacy/noise.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::coordinator::simulation {
namespace {

using model_file::ModelReader;

Result<ModelReader> open_object(const rounds::ObjectRef& object, const Surroundings& around) {
    return ModelReader::open(around.objects->path_of(object.digest));
}

std::vector<double> probabilities(const learning::HeadScores& scores) {
    std::vector<double> values;
    values.reserve(scores.logits.size());
    for (const double logit : scores.logits) values.push_back(1 / (1 + std::exp(-logit)));
    return values;
}

}  // namespace

Result<std::vector<float>> read_model(const rounds::ObjectRef& model, const Surroundings& around) {
    HZ_ASSIGN(const ModelReader reader, open_object(model, around));
    return reader.read_all();
}

Result<std::unique_ptr<learning::LearningTask>> make_task_of(const std::string& task,
                                                             const rounds::SiteId& site,
                                                             Surroundings& around) {
    learning::CaseSet nothing;
    nothing.task = task;
    learning::TaskSettings settings;
    settings.site = site.str();
    HZ_ASSIGN(auto made, learning::make_task(task, std::move(nothing), settings, *around.engine));
    if (made->counts().cases == 0) {
        return fail(ErrorCode::kUnsupported,
                    "no-cases: " + task +
                        " learns from a hospital's cases, and a simulation has none; simulate "
                        "synthetic-linear/1, or synthetic-linear/1:PARAMETERS for a model of that size");
    }
    return made;
}

Result<PlainUpdate> train(const rounds::SiteId& site, const rounds::RoundName& round,
                          const rounds::TrainAndMask& work, std::vector<float> residual,
                          Surroundings& around) {
    const rounds::TrainingPlan& plan = work.proposal.plan;
    HZ_ASSIGN(const ModelReader model, open_object(work.proposal.model, around));
    std::optional<ModelReader> state;
    if (work.proposal.state) {
        HZ_ASSIGN(state, open_object(*work.proposal.state, around));
    }
    HZ_ASSIGN(const auto strategy, exchange::strategy_of(plan, model.header()));
    HZ_ASSIGN(const auto task, make_task_of(plan.task, site, around));
    HZ_ASSIGN(const std::vector<float> start, model.read_all());
    HZ_ASSIGN(
        learning::TrainResult trained,
        task->train(start, exchange::training_options_of(plan, work.proposal.iteration, work.training_seed),
                    around.stop, silent_progress()));
    for (std::size_t i = 0; i < start.size(); ++i) trained.weights[i] -= start[i];
    std::vector<float> upload(strategy.upload_values());
    aggregation::pack_update(strategy, trained.weights, {}, upload);

    secagg::SeededRandom secret(work.secrets->noise_seed), open(to_secret(work.training_seed));
    const bool noise = work.noise_stddev > 0;
    if (plan.privacy.clip_norm > 0) HZ_TRY(privacy::clip_l2(upload, plan.privacy.clip_norm));
    if (noise) privacy::add_gaussian_noise(upload, work.noise_stddev, secret);

    HZ_ASSIGN(const auto last_mean, exchange::last_mean_of(plan, state ? &*state : nullptr, upload.size()));
    HZ_ASSIGN(const auto codec,
              compression::UpdateCodec::make(exchange::codec_of(plan, work.proposal.invited.size()),
                                             upload.size(), {plan.id.str(), round.number, last_mean}));
    const bool carries = plan.codec.kind != rounds::CodecKind::kFixedPoint && !noise;
    residual.resize(carries ? upload.size() : 0);
    PlainUpdate update{std::vector<std::uint32_t>(codec.words()), std::move(residual)};
    const auto samples =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(trained.samples, plan.codec.max_samples));
    HZ_TRY(codec.encode(upload, samples, update.residual, noise ? secret : open, update.words));
    return update;
}

Result<rounds::Bytes> evaluate(const rounds::SiteId& site, const rounds::Candidate& candidate,
                               Surroundings& around) {
    HZ_ASSIGN(const auto task, make_task_of(candidate.task, site, around));
    HZ_ASSIGN(const auto old_model, read_model(candidate.current, around));
    HZ_ASSIGN(const auto new_model, read_model(candidate.candidate, around));
    HZ_ASSIGN(const auto before, task->evaluate(old_model, around.stop, silent_progress()));
    HZ_ASSIGN(const auto after, task->evaluate(new_model, around.stop, silent_progress()));
    acceptance::SiteRow row;
    for (std::size_t head = 0; head < after.scores.size(); ++head) {
        const learning::HeadScores& scores = after.scores[head];
        row.heads.push_back(acceptance::measure(task->heads()[head], probabilities(before.scores[head]),
                                                probabilities(scores), scores.labels, scores.patients));
    }
    return exchange::encode_row(row);
}

}  // namespace huizhen::coordinator::simulation
