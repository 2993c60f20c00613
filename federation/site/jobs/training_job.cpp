#include "training_job.h"

#include <bit>

#include <huizhen/aggregation/site_update.h>
#include <huizhen/compression/update_codec.h>
#include <huizhen/exchange/exchange.h>
#include <huizhen/exchange/training_options.h>
#include <huizhen/privacy/clipping.h>
#include <huizhen/privacy/noise.h>
#include <huizhen/secure_aggregation/seeded_random.h>

#include "jobs/plain_model.h"

namespace huizhen::site {
namespace {

using aggregation::Strategy;
using model_file::ModelReader;
using rounds::TrainingPlan;

static_assert(std::endian::native == std::endian::little, "masked words travel little-endian");

secagg::Secret32 rounding_seed(const Sha256Digest& training_seed) {
    Sha256 hash;
    constexpr std::string_view kPurpose = "huizhen rounding 1";
    hash.update(std::as_bytes(std::span(kPurpose)));
    hash.update(std::as_bytes(std::span(training_seed)));
    return secagg::Secret32(std::span<const std::uint8_t, 32>(hash.finish()));
}

class Job {
  public:
    Job(const rounds::RoundName& round, const rounds::TrainAndMask& work, const KeptVectors& present,
        const JobTools& tools)
        : round_(round), work_(work), plan_(work.proposal.plan), present_(present), tools_(tools) {}

    Result<TrainingDone> run(const std::stop_token& stop, ProgressSink& progress) {
        HZ_ASSIGN(const ModelReader model, ModelReader::open(path_of(work_.proposal.model)));
        std::optional<ModelReader> state;
        if (work_.proposal.state) {
            HZ_ASSIGN(state, ModelReader::open(path_of(*work_.proposal.state)));
        }
        const ModelReader* from = state ? &*state : nullptr;
        HZ_ASSIGN(const Strategy strategy, exchange::strategy_of(plan_, model.header()));
        HZ_ASSIGN(std::vector<float> upload, train(model, from, strategy, stop, progress));
        HZ_TRY(protect(upload));
        HZ_TRY(check_stop(stop));
        progress.advance("masking", 0, 1);
        HZ_ASSIGN(std::vector<std::uint32_t> words, encode(strategy, from, upload));
        HZ_TRY(mask(words));
        progress.advance("masking", 1, 1);
        HZ_TRY(keep(kOwnControl, own_control_));
        HZ_TRY(keep(kNorms, norms_));
        HZ_TRY(keep(kResidual, residual_));
        return std::move(done_);
    }

  private:
    std::filesystem::path path_of(const rounds::ObjectRef& object) const {
        return tools_.objects->path_of(object.digest);
    }

    // Zeros where the plan has left nothing here yet.
    Result<std::vector<float>> present(std::string_view name, std::uint64_t values) const {
        const auto found = present_.find(std::string(name));
        if (found == present_.end()) return std::vector<float>(values);
        return get_vector(*tools_.kept, found->second, values);
    }

    Status keep(std::string_view name, std::span<const float> values) {
        if (values.empty()) return {};
        HZ_ASSIGN(auto object, put_vector(*tools_.kept, values));
        done_.kept.insert_or_assign(std::string(name), std::move(object));
        return {};
    }

    // What is to be sent, before any of it is protected.
    Result<std::vector<float>> train(const ModelReader& model, const ModelReader* state,
                                     const Strategy& strategy, const std::stop_token& stop,
                                     ProgressSink& progress) {
        HZ_ASSIGN(const auto task, tools_.tasks->make(plan_.task));
        HZ_TRY(check_fits(model.header(), *task));
        HZ_ASSIGN(std::vector<float> start, model.read_all());
        const bool keeps_norms = plan_.strategy.kind == rounds::StrategyKind::kFedBn;
        if (keeps_norms && present_.contains(std::string(kNorms))) {
            HZ_ASSIGN(const auto norms, present(kNorms, norm_values(model.header())));
            put_norms(model.header(), norms, start);
        }
        learning::TrainOptions options =
            exchange::training_options_of(plan_, work_.proposal.iteration, work_.training_seed);
        std::vector<float> correction;
        if (strategy.has_control()) {
            HZ_ASSIGN(own_control_, present(kOwnControl, start.size()));
            HZ_ASSIGN(correction, exchange::vector_of(state, exchange::kControl, start.size()));
            correction.resize(start.size());  // zeros where there is none yet
            for (std::size_t i = 0; i < correction.size(); ++i) correction[i] -= own_control_[i];
            options.control_correction = correction;
            options.want_mean_gradient = true;
        }
        HZ_ASSIGN(learning::TrainResult trained, task->train(start, options, stop, progress));
        done_.samples = trained.samples;
        if (keeps_norms) norms_ = norms_of(model.header(), trained.weights);
        for (std::size_t i = 0; i < start.size(); ++i) trained.weights[i] -= start[i];
        if (strategy.has_control()) {
            control_update_ = std::move(trained.mean_gradient);
            for (std::size_t i = 0; i < control_update_.size(); ++i) control_update_[i] -= own_control_[i];
        }
        std::vector<float> upload(strategy.upload_values());
        aggregation::pack_update(strategy, trained.weights, control_update_, upload);
        return upload;
    }

    Status protect(std::span<float> upload) {
        double factor = 1;
        if (plan_.privacy.clip_norm > 0) {
            HZ_ASSIGN(done_.norm_before_clip, privacy::clip_l2(upload, plan_.privacy.clip_norm));
            if (done_.norm_before_clip > plan_.privacy.clip_norm)
                factor = plan_.privacy.clip_norm / done_.norm_before_clip;
        }
        // As far as the coordinator's control will hear of it: the two must move together.
        for (std::size_t i = 0; i < control_update_.size(); ++i)
            own_control_[i] += static_cast<float>(factor * control_update_[i]);
        if (work_.noise_stddev > 0) privacy::add_gaussian_noise(upload, work_.noise_stddev, secret_);
        return {};
    }

    Result<std::vector<std::uint32_t>> encode(const Strategy& strategy, const ModelReader* state,
                                              std::span<const float> upload) {
        HZ_ASSIGN(const auto last_mean, exchange::last_mean_of(plan_, state, strategy.upload_values()));
        HZ_ASSIGN(const auto codec,
                  compression::UpdateCodec::make(exchange::codec_of(plan_, work_.proposal.invited.size()),
                                                 strategy.upload_values(),
                                                 {plan_.id.str(), round_.number, last_mean}));
        if (codec.words() != work_.proposal.words) {
            return fail(ErrorCode::kInvalidArgument,
                        "other-length: an update of this plan has " + std::to_string(codec.words()) +
                            " words, the proposal says " + std::to_string(work_.proposal.words));
        }
        // With noise nothing may be carried over: it would bring one round's data past the next one's
        // clipping.
        if (plan_.codec.kind != rounds::CodecKind::kFixedPoint && work_.noise_stddev == 0) {
            HZ_ASSIGN(residual_, present(kResidual, strategy.upload_values()));
        }
        // The number of samples travels without noise. Where there is noise every site counts the same, and
        // nobody needs it.
        const auto samples =
            work_.noise_stddev > 0
                ? 1U
                : static_cast<std::uint32_t>(std::min<std::uint64_t>(done_.samples, plan_.codec.max_samples));
        std::vector<std::uint32_t> words(codec.words());
        // Masks hide how values were rounded; without noise it follows from plan, iteration and site alone,
        // so that a training gives the same model whatever was repeated on the way.
        RandomSource& rounding = work_.noise_stddev > 0 ? secret_ : public_;
        HZ_TRY(codec.encode(upload, samples, residual_, rounding, words));
        return words;
    }

    Status mask(std::vector<std::uint32_t>& words) {
        HZ_ASSIGN(done_.masked.digest, work_.secrets->masks.mask_in_place(words, *tools_.compute));
        done_.masked.bytes = words.size() * sizeof(std::uint32_t);
        return tools_.objects->add({reinterpret_cast<const std::uint8_t*>(words.data()), done_.masked.bytes},
                                   done_.masked.digest);
    }

    const rounds::RoundName& round_;
    const rounds::TrainAndMask& work_;
    const TrainingPlan& plan_;
    const KeptVectors& present_;
    const JobTools& tools_;
    secagg::SeededRandom secret_{work_.secrets->noise_seed};  // noise, then rounding
    secagg::SeededRandom public_{rounding_seed(work_.training_seed)};
    std::vector<float> own_control_, control_update_, norms_, residual_;
    TrainingDone done_;
};

}  // namespace

Result<TrainingDone> train_and_mask(const rounds::RoundName& round, const rounds::TrainAndMask& work,
                                    const KeptVectors& present, const JobTools& tools,
                                    const std::stop_token& stop, ProgressSink& progress) {
    return Job(round, work, present, tools).run(stop, progress);
}

}  // namespace huizhen::site
