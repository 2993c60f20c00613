#include <iomanip>
#include <ostream>
#include <set>

#include <huizhen/node/cohorts/ct_cases.h>
#include <huizhen/node/commands/train.h>
#include <huizhen/node/version.h>
#include <huizhen/training/calibration.h>
#include <huizhen/training/metrics.h>

#include "member_store.h"

namespace huizhen::node {
namespace {

constexpr double kMiscoverage = 0.1;  // per class, of the label sets
constexpr auto kCalibration = engine::CalibrationKind::kPlatt;

engine::CtRecipe recipe_for(const engine::CtSet& set) {
    engine::CtRecipe recipe;
    recipe.shape.features = static_cast<std::int64_t>(set.feature_names.size());
    return recipe;
}

engine::ModelManifest manifest_of(const TrainRequest& request, const engine::CtRecipe& recipe,
                                  const CtCohort& cohort, int member) {
    const int fold = member % kFolds;
    engine::ModelManifest manifest;
    manifest.architecture = engine::kCtArchitecture;
    manifest.shape = engine::to_manifest(recipe.shape);
    manifest.features = engine::feature_scales(cohort.set, fold);
    manifest.training_data_sha256 = cohort.sha256;
    std::set<std::string> marks;
    for (const engine::CtCase& one : cohort.set.cases) {
        if (one.fold != fold) marks.insert(engine::patient_mark(one.patient));
    }
    manifest.trained_on.assign(marks.begin(), marks.end());
    manifest.provenance = {{"command", "huizhen-node train ct"},
                           {"data", "lidc-nodules and lidc-crops (LIDC-IDRI, CC BY 3.0)"},
                           {"seed", std::to_string(request.seed)},
                           {"member", std::to_string(member)},
                           {"fold_kept_back", std::to_string(fold)},
                           {"software", std::string(software_version())}};
    return manifest;
}

// Means of what members say of the cases they have not seen: logits of the whole answer, and of either
// reader.
struct HeldOut {
    std::vector<double> logits, measured, picture;
};

// Trains one member, or takes it from a former run, and asks it about the fold it has not seen.
Status make_member(const TrainRequest& request, const TrainContext& context, const CtCohort& cohort,
                   const MemberStore& store, const engine::ModelManifest& manifest, int member,
                   HeldOut& held_out) {
    const int fold = member % kFolds;
    engine::CtRecipe recipe = recipe_for(cohort.set);
    const std::uint64_t seed = request.seed * kCtMembers + static_cast<unsigned>(member);
    engine::ParameterSet parameters(context.engine.context(), seed);
    const engine::CtNetwork network(engine::Scope(parameters, "ct"), recipe.shape);
    bool finished = false;
    if (request.resume) {
        HZ_ASSIGN(finished, store.load_finished(member, manifest, parameters));
    }
    if (!finished) {
        recipe.training.seed = seed;
        recipe.training.data = manifest.training_data_sha256;
        recipe.training.checkpoint = store.partial_path(member);
        recipe.training.resume = request.resume;
        recipe.training.stage = member_stage(member, kCtMembers);
        HZ_TRY(engine::train_ct_network(network, parameters, cohort.set, fold, manifest.features, recipe,
                                        context.stop, context.progress));
        HZ_TRY(store.save(member, manifest, parameters));
    }
    const auto kept_back = engine::ct_held_out_cases(cohort.set, fold);
    const auto scores =
        engine::ct_scores(network, context.engine.context(), cohort.set, manifest.features, kept_back);
    constexpr double kShare = static_cast<double>(kFolds) / kCtMembers;
    for (std::size_t k = 0; k < kept_back.size(); ++k) {
        held_out.logits[kept_back[k]] += kShare * scores.malignancy[k];
        held_out.measured[kept_back[k]] += kShare * scores.measured_malignancy[k];
        held_out.picture[kept_back[k]] += kShare * scores.picture_malignancy[k];
    }
    return {};
}

Status write_calibrated(const TrainContext& context, const CtCohort& cohort, const MemberStore& store,
                        std::vector<engine::ModelManifest>& manifests,
                        const engine::CalibrationMap& calibration,
                        const engine::ConformalThresholds& conformal) {
    for (int member = 0; member < kCtMembers; ++member) {
        engine::ModelManifest& manifest = manifests[static_cast<std::size_t>(member)];
        engine::ParameterSet parameters(context.engine.context(), 0);
        const engine::CtNetwork network(engine::Scope(parameters, "ct"), recipe_for(cohort.set).shape);
        HZ_ASSIGN(const bool there, store.load_finished(member, manifest, parameters));
        if (!there) return fail(ErrorCode::kIo, store.path(member).string() + " vanished during training");
        manifest.calibration = calibration;
        manifest.conformal = conformal;
        HZ_TRY(store.save(member, manifest, parameters));
    }
    return {};
}

}  // namespace

Status train_ct(const TrainRequest& request, const TrainContext& context) {
    HZ_ASSIGN(const CtCohort cohort, read_ct_cohort(request.data, "dev", kFolds, context.engine.executor(),
                                                    context.stop, context.progress));
    const MemberStore store(request.out, "ct-");
    HZ_TRY(store.prepare());

    const std::size_t scored = cohort.nodules.cases.size();  // the first cases of the set
    HeldOut held_out{std::vector<double>(scored), std::vector<double>(scored), std::vector<double>(scored)};
    std::vector<engine::ModelManifest> manifests;
    for (int member = 0; member < kCtMembers; ++member) {
        manifests.push_back(manifest_of(request, recipe_for(cohort.set), cohort, member));
        HZ_TRY(make_member(request, context, cohort, store, manifests.back(), member, held_out));
    }

    std::vector<int> labels, folds;
    std::vector<double> diameters;
    for (const engine::CtCase& one : std::span(cohort.set.cases).first(scored)) {
        labels.push_back(one.label);
        folds.push_back(one.fold);
        diameters.push_back(one.diameter_mm);
    }
    HZ_ASSIGN(const auto calibration, engine::fit_calibration(kCalibration, held_out.logits, labels));
    HZ_ASSIGN(const auto honest, engine::cross_calibrate(kCalibration, held_out.logits, labels, folds));
    HZ_ASSIGN(const auto conformal, engine::fit_conformal(honest, labels, kMiscoverage));
    HZ_TRY(write_calibrated(context, cohort, store, manifests, calibration, conformal));

    const auto line = [&](const char* name, std::span<const double> scores) {
        context.report << std::fixed << std::setprecision(4) << name << ": AUC "
                       << engine::auc(scores, labels) << ", within size bands "
                       << engine::banded_auc(scores, labels, diameters) << ", matched for size "
                       << engine::matched_auc(scores, labels, diameters) << '\n';
    };
    context.report << "malignancy, on patients no member saw in training\n";
    line("CT model", held_out.logits);
    line("its measurements alone", held_out.measured);
    line("its picture alone", held_out.picture);
    line("readers' diameter alone", diameters);
    context.report << "ECE " << engine::expected_calibration_error(honest, labels) << '\n';
    return {};
}

}  // namespace huizhen::node
