#include <limits>
#include <map>
#include <set>

#include <huizhen/model/ct_ensemble.h>
#include <huizhen/model/nodule_classifier.h>
#include <huizhen/node/cohorts/luna_patches.h>
#include <huizhen/node/commands/evaluate.h>
#include <huizhen/node/commands/train.h>
#include <huizhen/training/calibration.h>
#include <huizhen/training/nodule_training.h>

#include "evaluation_cases.h"
#include "luna_training.h"

namespace huizhen::node {
namespace {

// Means over the members that may be asked about each case.
class MemberMeans {
  public:
    explicit MemberMeans(std::size_t cases)
        : count_(cases, 0.0), raw_(count_), logits_(count_), measured_(count_), picture_(count_) {
        for (auto& column : attributes_) column.assign(cases, 0.0);
    }

    void add(std::span<const std::size_t> which, const engine::CtScores& scores,
             const engine::CalibrationMap& map) {
        for (std::size_t k = 0; k < which.size(); ++k) {
            const std::size_t i = which[k];
            count_[i] += 1;
            raw_[i] += scores.malignancy[k];
            logits_[i] += map.logit(scores.malignancy[k]);
            measured_[i] += scores.measured_malignancy[k];
            picture_[i] += scores.picture_malignancy[k];
            for (std::size_t a = 0; a < engine::kAttributeCount; ++a)
                attributes_[a][i] += scores.attributes[k][a];
        }
    }

    // The cases that anyone was asked about.
    EvaluationCases cases(const CtCohort& cohort) const {
        EvaluationCases cases;
        std::map<std::string, int> patients;
        for (std::size_t i = 0; i < count_.size(); ++i) {
            if (count_[i] == 0) continue;
            const engine::CtCase& one = cohort.set.cases[i];
            cases.which.push_back(i);
            cases.labels.push_back(one.label);
            cases.folds.push_back(one.fold);
            cases.patients.push_back(
                patients.emplace(one.patient, static_cast<int>(patients.size())).first->second);
            cases.diameters.push_back(one.diameter_mm);
            const auto& measurement = cohort.measurements[i];
            cases.own_diameters.push_back(measurement ? measurement->diameter_mm : 0.0);
            cases.raw.push_back(raw_[i] / count_[i]);
            cases.logits.push_back(logits_[i] / count_[i]);
            cases.measured.push_back(measured_[i] / count_[i]);
            cases.picture.push_back(picture_[i] / count_[i]);
            for (std::size_t a = 0; a < engine::kAttributeCount; ++a) {
                cases.attributes[a].push_back(attributes_[a][i] / count_[i]);
            }
        }
        return cases;
    }

  private:
    std::vector<double> count_, raw_, logits_, measured_, picture_;
    std::array<std::vector<double>, engine::kAttributeCount> attributes_;
};

EvaluationCases ask_members(const engine::CtEnsemble& ensemble, const CtCohort& cohort,
                            ProgressSink& progress) {
    MemberMeans means(cohort.nodules.cases.size());
    const auto& members = ensemble.members();
    for (std::size_t m = 0; m < members.size(); ++m) {
        std::vector<std::size_t> unseen;
        for (std::size_t i = 0; i < cohort.nodules.cases.size(); ++i) {
            if (!members[m].manifest.has_seen(cohort.set.cases[i].patient)) unseen.push_back(i);
        }
        means.add(unseen,
                  engine::ct_scores(*members[m].network, ensemble.context(), cohort.set,
                                    members[m].manifest.features, unseen),
                  members[m].manifest.calibration);
        progress.advance("asking the members", m + 1, members.size());
    }
    return means.cases(cohort);
}

std::vector<double> sigmoids(std::span<const double> logits) {
    std::vector<double> probabilities;
    for (const double logit : logits) probabilities.push_back(engine::sigmoid(logit));
    return probabilities;
}

void count_sets(std::span<const engine::LabelSet> sets, std::span<const int> labels,
                CalibrationFigures& figures) {
    double of_class[2] = {}, covered[2] = {}, undecided = 0, empty = 0;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const int label = labels[i] != 0 ? 1 : 0;
        of_class[label] += 1;
        covered[label] += (label != 0 ? sets[i].malignant : sets[i].benign) ? 1 : 0;
        undecided += sets[i].benign && sets[i].malignant ? 1 : 0;
        empty += !sets[i].benign && !sets[i].malignant ? 1 : 0;
    }
    const double n = static_cast<double>(sets.size());
    figures.coverage_benign = covered[0] / of_class[0];
    figures.coverage_malignant = covered[1] / of_class[1];
    figures.undecided = undecided / n;
    figures.empty = empty / n;
}

// Whether any member learned from any of these patients: the shipped calibration was then fitted on them too.
bool calibrated_on(const engine::CtEnsemble& ensemble, const EvaluationCases& cases, const CtCohort& cohort) {
    return std::any_of(cases.which.begin(), cases.which.end(), [&](std::size_t i) {
        return std::any_of(ensemble.members().begin(), ensemble.members().end(), [&](const auto& member) {
            return member.manifest.has_seen(cohort.set.cases[i].patient);
        });
    });
}

Result<CalibrationFigures> calibration_figures(const EvaluationCases& cases,
                                               const engine::CtEnsemble& ensemble, const CtCohort& cohort) {
    const engine::ModelManifest& manifest = ensemble.members().front().manifest;
    CalibrationFigures figures;
    figures.method = engine::calibration_kind_name(manifest.calibration.kind);
    figures.alpha = manifest.conformal.alpha;
    figures.nested = calibrated_on(ensemble, cases, cohort);
    std::vector<double> after = sigmoids(cases.logits);
    std::vector<engine::LabelSet> sets;
    if (figures.nested) {
        HZ_ASSIGN(after,
                  engine::cross_calibrate(manifest.calibration.kind, cases.raw, cases.labels, cases.folds));
        HZ_ASSIGN(sets, engine::cross_conformal(after, cases.labels, cases.folds, figures.alpha));
    } else {
        for (const double p : after) sets.push_back(manifest.conformal.set_of(p));
    }
    const auto before = sigmoids(cases.raw);
    figures.ece_before = engine::expected_calibration_error(before, cases.labels);
    figures.ece_after = engine::expected_calibration_error(after, cases.labels);
    figures.brier_before = engine::brier_score(before, cases.labels);
    figures.brier_after = engine::brier_score(after, cases.labels);
    count_sets(sets, cases.labels, figures);
    return figures;
}

// The patches that at least one member may be asked about, one entry each.
struct JudgedPatches {
    std::vector<double> raw, logits;  // the members' mean, before and after calibration
    std::vector<int> is_nodule, folds, runs;
    bool held_out = false;  // some member learned from them, and was asked only about what it left out
};

// Neighbours in LUNA16's list come from one scan: runs of 20 candidates are resampled together.
std::vector<int> runs_of(const LunaPatches& cohort) {
    std::vector<std::size_t> order(cohort.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return cohort.candidate[a] < cohort.candidate[b]; });
    std::vector<int> runs(order.size());
    for (std::size_t place = 0; place < order.size(); ++place)
        runs[order[place]] = static_cast<int>(place / 20);
    return runs;
}

Result<JudgedPatches> ask_about_patches(const LunaPatches& cohort, const engine::NoduleClassifier& classifier,
                                        EngineRuntime& runtime) {
    const engine::NodulePatches patches = training_patches(cohort);
    const std::string data = training_hash(cohort);
    std::vector<double> raw(patches.size(), 0.0), logits(raw), asked(raw);
    JudgedPatches judged;
    for (std::size_t m = 0; m < classifier.members(); ++m) {
        const engine::ModelManifest& manifest = classifier.manifest(m);
        HZ_ASSIGN(const auto unseen, engine::unseen_patches(manifest, patches, data));
        judged.held_out = judged.held_out || manifest.training_data_sha256 == data;
        const auto own = engine::nodule_logits(classifier.network(m), runtime.context(), patches, unseen);
        for (std::size_t k = 0; k < unseen.size(); ++k) {
            raw[unseen[k]] += own[k];
            logits[unseen[k]] += manifest.calibration.logit(own[k]);
            asked[unseen[k]] += 1;
        }
    }
    const std::vector<int> runs = runs_of(cohort);
    for (std::size_t i = 0; i < patches.size(); ++i) {
        if (asked[i] == 0) continue;
        judged.raw.push_back(raw[i] / asked[i]);
        judged.logits.push_back(logits[i] / asked[i]);
        judged.is_nodule.push_back(patches.is_nodule[i]);
        judged.folds.push_back(patches.folds[i]);
        judged.runs.push_back(runs[i]);
    }
    return judged;
}

Result<NoduleFigures> nodule_figures(const EvaluateRequest& request,
                                     const engine::NoduleClassifier& classifier, EngineRuntime& runtime) {
    HZ_ASSIGN(const LunaPatches cohort, read_luna_patches(request.data / "luna-patches", request.split));
    HZ_ASSIGN(const JudgedPatches judged, ask_about_patches(cohort, classifier, runtime));
    NoduleFigures figures;
    figures.patches = judged.is_nodule.size();
    figures.held_out = judged.held_out;
    for (const int label : judged.is_nodule) figures.nodules += static_cast<std::size_t>(label);
    figures.auc = engine::clustered_bootstrap(
        judged.runs,
        [&](std::span<const std::size_t> drawn) {
            std::vector<double> scores;
            std::vector<int> labels;
            for (const std::size_t i : drawn) {
                scores.push_back(judged.logits[i]);
                labels.push_back(judged.is_nodule[i]);
            }
            return engine::auc(scores, labels);
        },
        request.resamples, request.seed);
    figures.sensitivity_at_90_specificity =
        engine::sensitivity_at_specificity(judged.logits, judged.is_nodule, 0.9);
    std::vector<double> probabilities = sigmoids(judged.logits);
    if (judged.held_out) {  // the shipped map was fitted on them
        HZ_ASSIGN(probabilities, engine::cross_calibrate(classifier.manifest(0).calibration.kind, judged.raw,
                                                         judged.is_nodule, judged.folds));
    }
    figures.ece = engine::expected_calibration_error(probabilities, judged.is_nodule);
    return figures;
}

// Cases are given to members as a cohort has them: by place, not by name.
Status check_measurements(const engine::CtEnsemble& ensemble) {
    const std::vector<std::string> names = ct_feature_names();
    const auto& read = ensemble.features();
    const bool same =
        std::equal(read.begin(), read.end(), names.begin(), names.end(),
                   [](const engine::FeatureScale& a, const std::string& b) { return a.name == b; });
    if (!same)
        return fail(ErrorCode::kIntegrity, "the CT model reads other measurements than this version takes");
    return {};
}

void add_scores(const EvaluationCases& cases, const BootstrapOptions& options, Evaluation& evaluation) {
    evaluation.scores = {
        score_figures("CT model", cases, cases.logits, options),
        score_figures("its measurements alone", cases, cases.measured, options),
        score_figures("its picture alone", cases, cases.picture, options),
        score_figures("own diameter", cases, cases.own_diameters, options),
        score_figures("readers' diameter", cases, cases.diameters, options),
    };
    evaluation.differences = {
        score_difference("its measurements alone", cases, cases.logits, cases.measured, options),
        score_difference("own diameter", cases, cases.logits, cases.own_diameters, options),
        score_difference("readers' diameter", cases, cases.logits, cases.diameters, options),
    };
}

}  // namespace

Result<Evaluation> evaluate(const EvaluateRequest& request, EngineRuntime& runtime,
                            const std::stop_token& stop, ProgressSink& progress) {
    HZ_ASSIGN(const engine::CtEnsemble ensemble, engine::CtEnsemble::load(request.model, runtime.context()));
    HZ_TRY(check_measurements(ensemble));
    std::optional<engine::NoduleClassifier> classifier;
    if (std::filesystem::exists(request.data / "luna-patches" / ("labels_" + request.split + ".csv"))) {
        HZ_ASSIGN(classifier, engine::NoduleClassifier::load(request.model, runtime.context()));
    }
    HZ_ASSIGN(const CtCohort cohort,
              read_ct_cohort(request.data, request.split, kFolds, runtime.executor(), stop, progress));
    const EvaluationCases cases = ask_members(ensemble, cohort, progress);
    HZ_TRY(check_stop(stop));
    if (cases.which.empty())
        return fail(ErrorCode::kInvalidArgument, "every member has seen every patient of this data");

    Evaluation evaluation;
    evaluation.ct_sha256 = ensemble.sha256();
    evaluation.nodules = cases.which.size();
    evaluation.left_out = cohort.nodules.cases.size() - cases.which.size();
    evaluation.patients = std::set<int>(cases.patients.begin(), cases.patients.end()).size();
    for (const int label : cases.labels) evaluation.malignant += static_cast<std::size_t>(label);
    for (const double own : cases.own_diameters) evaluation.without_outline += own == 0 ? 1 : 0;

    const BootstrapOptions options{request.resamples, request.seed};
    add_scores(cases, options, evaluation);
    HZ_TRY(check_stop(stop));
    HZ_ASSIGN(evaluation.calibration, calibration_figures(cases, ensemble, cohort));
    evaluation.attributes = attribute_figures(cases, cohort);
    evaluation.formulas = formula_figures(cases, cohort, options);
    evaluation.proven = proven_figures(cases, cohort, options);
    if (classifier) {
        evaluation.nodule_sha256 = classifier->sha256();
        HZ_ASSIGN(evaluation.nodule_or_not, nodule_figures(request, *classifier, runtime));
    }
    return evaluation;
}

}  // namespace huizhen::node
