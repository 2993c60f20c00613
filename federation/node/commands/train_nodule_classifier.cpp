#include <iomanip>
#include <ostream>

#include <huizhen/base/sha256.h>
#include <huizhen/node/cohorts/luna_patches.h>
#include <huizhen/node/commands/train.h>
#include <huizhen/node/version.h>
#include <huizhen/training/calibration.h>
#include <huizhen/training/metrics.h>
#include <huizhen/training/nodule_training.h>

#include "luna_training.h"
#include "member_store.h"

namespace huizhen::node {
namespace {

constexpr double kSensitivity = 0.95;  // of the operating point that a search for nodules starts from

engine::ModelManifest manifest_of(const TrainRequest& request, const engine::NoduleRecipe& recipe,
                                  const std::string& data, int fold) {
    engine::ModelManifest manifest;
    manifest.architecture = engine::kNoduleArchitecture;
    manifest.shape = engine::to_manifest(recipe.shape);
    manifest.training_data_sha256 = data;
    manifest.provenance = {{"command", "huizhen-node train nodule-classifier"},
                           {"data", "luna-patches (LUNA16, CC BY 4.0)"},
                           {"seed", std::to_string(request.seed)},
                           {"fold_kept_back", std::to_string(fold)},
                           {"software", std::string(software_version())}};
    return manifest;
}

// The highest threshold that still finds `sensitivity` of the nodules.
double threshold_of(std::span<const double> probabilities, std::span<const int> labels, double sensitivity) {
    std::vector<double> of_nodules;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != 0) of_nodules.push_back(probabilities[i]);
    }
    std::sort(of_nodules.begin(), of_nodules.end());
    return of_nodules[static_cast<std::size_t>((1 - sensitivity) * static_cast<double>(of_nodules.size()))];
}

}  // namespace

engine::NodulePatches training_patches(const LunaPatches& cohort) {
    return {cohort.pixels, cohort.is_nodule, cohort.folds(kFolds)};
}

std::string training_hash(const LunaPatches& cohort) {
    Sha256 hash;
    hash.update(std::as_bytes(std::span(cohort.pixels)));
    hash.update(std::as_bytes(std::span(cohort.is_nodule)));
    return to_hex(hash.finish());
}

Status train_nodule_classifier(const TrainRequest& request, const TrainContext& context) {
    HZ_ASSIGN(const LunaPatches cohort, read_luna_patches(request.data / "luna-patches", "dev"));
    const engine::NodulePatches patches = training_patches(cohort);
    const std::string data = training_hash(cohort);
    const MemberStore store(request.out, "nodule-");
    HZ_TRY(store.prepare());

    engine::NoduleRecipe recipe;
    std::vector<double> logits(patches.size());
    std::vector<engine::ModelManifest> manifests;
    for (int fold = 0; fold < kFolds; ++fold) {
        manifests.push_back(manifest_of(request, recipe, data, fold));
        engine::ParameterSet parameters(context.engine.context(),
                                        request.seed * kFolds + static_cast<unsigned>(fold));
        const engine::NoduleNetwork network(engine::Scope(parameters, "nodule"), recipe.shape);
        bool finished = false;
        if (request.resume) {
            HZ_ASSIGN(finished, store.load_finished(fold, manifests.back(), parameters));
        }
        if (!finished) {
            recipe.training.seed = request.seed * kFolds + static_cast<unsigned>(fold);
            recipe.training.data = data;
            recipe.training.checkpoint = store.partial_path(fold);
            recipe.training.resume = request.resume;
            recipe.training.stage = member_stage(fold, kNoduleMembers);
            HZ_TRY(engine::train_nodule_network(network, parameters, patches, fold, recipe, context.stop,
                                                context.progress));
            HZ_TRY(store.save(fold, manifests.back(), parameters));
        }
        const auto kept_back = engine::cases_of_fold(patches.folds, fold, true);
        const auto own = engine::nodule_logits(network, context.engine.context(), patches, kept_back);
        for (std::size_t k = 0; k < kept_back.size(); ++k) logits[kept_back[k]] = own[k];
    }

    HZ_ASSIGN(const auto calibration,
              engine::fit_calibration(engine::CalibrationKind::kPlatt, logits, patches.is_nodule));
    HZ_ASSIGN(const auto honest, engine::cross_calibrate(engine::CalibrationKind::kPlatt, logits,
                                                         patches.is_nodule, patches.folds));
    std::vector<double> probabilities;
    for (const double logit : logits) probabilities.push_back(calibration.probability(logit));
    for (int fold = 0; fold < kFolds; ++fold) {
        auto& manifest = manifests[static_cast<std::size_t>(fold)];
        engine::ParameterSet parameters(context.engine.context(), 0);
        const engine::NoduleNetwork network(engine::Scope(parameters, "nodule"), recipe.shape);
        HZ_ASSIGN(const bool there, store.load_finished(fold, manifest, parameters));
        if (!there) return fail(ErrorCode::kIo, store.path(fold).string() + " vanished during training");
        manifest.calibration = calibration;
        manifest.operating_points["sensitivity_95"] =
            threshold_of(probabilities, patches.is_nodule, kSensitivity);
        HZ_TRY(store.save(fold, manifest, parameters));
    }
    context.report << std::fixed << std::setprecision(4)
                   << "nodule or not, patches no member saw in training: AUC "
                   << engine::auc(logits, patches.is_nodule) << ", ECE "
                   << engine::expected_calibration_error(honest, patches.is_nodule) << '\n';
    return {};
}

}  // namespace huizhen::node
