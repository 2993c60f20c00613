#include <mutex>

#include <huizhen/base/check.h>
#include <huizhen/lung/candidates.h>
#include <huizhen/lung/location.h>
#include <huizhen/node/diagnosis/facts.h>
#include <huizhen/node/diagnosis/pictures.h>
#include <huizhen/node/diagnosis/pipeline.h>
#include <huizhen/node/diagnosis/ranking.h>
#include <huizhen/node/version.h>
#include <huizhen/volume/resample.h>

namespace huizhen::node {
namespace {

using imaging::Vec3;
using imaging::Volume;

// Places judged in full: more than could be reported, so that merging and ranking have a choice.
constexpr std::size_t kMaxJudged = 48;
constexpr double kIsotropicMm = 1.0;

// Times the stages, and names them to the progress bar instead of what modules call their own steps.
class Stages final : public ProgressSink {
  public:
    Stages(ProgressSink& sink, const Clock& clock) : sink_(sink), clock_(clock) {}

    void begin(const char* stage) {
        end();
        stage_ = stage;
        started_ = clock_.steady_now();
        sink_.advance(stage_, 0, 0);
    }
    void end() {
        if (stage_.empty()) return;
        times_.push_back({stage_, std::chrono::duration<double>(clock_.steady_now() - started_).count()});
        stage_.clear();
    }
    void advance(std::string_view, std::uint64_t done, std::uint64_t total) override {
        sink_.advance(stage_, done, total);
    }
    std::vector<StageTime> take_times() {
        end();
        return std::move(times_);
    }

  private:
    ProgressSink& sink_;
    const Clock& clock_;
    std::string stage_;
    std::chrono::steady_clock::time_point started_;
    std::vector<StageTime> times_;
};

// A candidate that was called a nodule, outlined and judged.
struct Nodule {
    double nodule_probability = 0;
    double share_in_lungs = 1;
    imaging::NoduleSegmentation segmentation;
    imaging::NoduleMeasurement measurement;
    Opinion opinion;
};

struct Scan {
    imaging::LoadedSeries series;
    imaging::Lungs lungs;
    imaging::LungExtents extents;
    std::vector<imaging::Candidate> candidates;
};

Result<Scan> read_scan(const DiagnosisRequest& request, const DiagnosisContext& context, Stages& stages) {
    Scan scan;
    stages.begin("read");
    const imaging::LoadOptions options{.series_uid = request.series_uid};
    HZ_ASSIGN(scan.series,
              imaging::load_ct_series(request.folder, context.executor, stages, context.stop, options));
    stages.begin("resample");
    const Volume iso = imaging::resample_isotropic(scan.series.volume, kIsotropicMm);
    HZ_TRY(check_stop(context.stop));
    stages.begin("lungs");
    HZ_ASSIGN(scan.lungs, imaging::segment_lungs(iso, context.executor, context.stop));
    scan.extents = imaging::measure_extents(scan.lungs);
    stages.begin("candidates");
    HZ_ASSIGN(scan.candidates,
              imaging::find_candidates(iso, scan.lungs, {}, context.executor, stages, context.stop));
    return scan;
}

// The probable nodules among the candidates, most probable first, outlined and measured.
Result<std::vector<Nodule>> outline_nodules(const Scan& scan, const DiagnosisContext& context,
                                            Stages& stages) {
    stages.begin("nodule or not");
    std::vector<Vec3> places;
    for (const imaging::Candidate& candidate : scan.candidates) places.push_back(candidate.centre_mm);
    HZ_ASSIGN(const std::vector<double> probabilities,
              context.models.nodule_probabilities(scan.series.volume, places, stages, context.stop));
    HZ_CHECK(probabilities.size() == places.size(), "each place gets its probability");
    std::vector<std::size_t> probable;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (probabilities[i] >= context.models.nodule_threshold()) probable.push_back(i);
    }
    std::ranges::stable_sort(probable, std::ranges::greater(),
                             [&](std::size_t i) { return probabilities[i]; });
    if (probable.size() > kMaxJudged) probable.resize(kMaxJudged);

    stages.begin("outline");
    std::vector<std::optional<Nodule>> outlined(probable.size());
    std::mutex mutex;  // guards `done` and the progress sink
    std::uint64_t done = 0;
    context.executor.parallel_for(probable.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !context.stop.stop_requested(); ++i) {
            auto segmentation =
                imaging::segment_nodule(scan.series.volume, places[probable[i]], {.lungs = &scan.lungs});
            if (segmentation) {
                Nodule nodule;
                nodule.nodule_probability = probabilities[probable[i]];
                nodule.segmentation = std::move(*segmentation);
                nodule.measurement = imaging::measure_nodule(nodule.segmentation);
                nodule.share_in_lungs = imaging::share_inside(scan.lungs, nodule.segmentation.mask);
                outlined[i] = std::move(nodule);
            }
            const std::scoped_lock lock(mutex);
            stages.advance("", ++done, probable.size());
        }
    });
    HZ_TRY(check_stop(context.stop));
    std::vector<Nodule> nodules;
    for (std::optional<Nodule>& nodule : outlined) {
        if (nodule && nodule->measurement.volume_mm3 > 0) nodules.push_back(std::move(*nodule));
    }
    return nodules;
}

Status judge_nodules(const Volume& volume, std::vector<Nodule>& nodules, const DiagnosisContext& context,
                     Stages& stages) {
    stages.begin("malignancy");
    for (std::size_t i = 0; i < nodules.size(); ++i) {
        HZ_TRY(check_stop(context.stop));
        HZ_ASSIGN(nodules[i].opinion,
                  context.models.judge(volume, nodules[i].segmentation, nodules[i].measurement));
        stages.advance("", i + 1, nodules.size());
    }
    return {};
}

Place place_of(const Scan& scan, Vec3 centre_mm) {
    Place place;
    place.centre_mm = centre_mm;
    const Volume& volume = scan.series.volume;
    place.voxel = volume.geometry().to_voxel(centre_mm);
    const int slice = std::clamp(static_cast<int>(std::lround(place.voxel.z)), 0, volume.size().z - 1);
    place.slice = slice + 1;
    const auto& uids = scan.series.slice_uids;
    if (static_cast<std::size_t>(slice) < uids.size())
        place.sop_instance_uid = uids[static_cast<std::size_t>(slice)];
    place.depth_mm = imaging::depth_mm_at(scan.lungs, centre_mm);
    set_lobe(place, imaging::locate(scan.lungs, scan.extents, centre_mm));
    return place;
}

// The nodules a formula would count: those more likely so than not, and the one it is asked about.
int likely_nodules(const std::vector<const Nodule*>& reported, const Nodule& asked,
                   const ReportingRule& rule) {
    return static_cast<int>(std::ranges::count_if(reported, [&](const Nodule* nodule) {
        return nodule == &asked || nodule->nodule_probability >= rule.nodule_likely;
    }));
}

Finding finding_of(const Scan& scan, const Nodule& nodule, int number, int count,
                   const clinical::PatientFacts& patient) {
    Finding finding;
    finding.number = number;
    finding.place = place_of(scan, nodule.segmentation.centre_mm);
    finding.place.share_in_lungs = nodule.share_in_lungs;
    finding.measurement = nodule.measurement;
    finding.nodule_probability = nodule.nodule_probability;
    finding.malignancy = nodule.opinion.malignancy;
    finding.attributes = nodule.opinion.attributes;
    finding.type = nodule_type(finding.attributes.back(), finding.measurement);
    set_nodule_facts(finding, count);
    finding.formulas = {clinical::mayo(patient, finding.facts), clinical::brock(patient, finding.facts),
                        clinical::veterans_affairs(patient, finding.facts),
                        clinical::pkuph(patient, finding.facts), clinical::herder(patient, finding.facts)};
    finding.guidelines = {clinical::fleischner_2017(patient, finding.facts),
                          clinical::lung_rads_2022_baseline(patient, finding.facts)};
    return finding;
}

std::vector<std::string> cautions_about(const Scan& scan) {
    std::vector<std::string> cautions;
    if (scan.lungs.cut_at_head) cautions.emplace_back("the top of the lungs is not in this series");
    if (scan.lungs.cut_at_feet) cautions.emplace_back("the base of the lungs is not in this series");
    if (scan.lungs.right_litres < 0.3 || scan.lungs.left_litres < 0.3) {
        cautions.emplace_back("one lung is very small or was not recognised: nodules in it can be missed");
    }
    const Vec3 spacing = scan.series.volume.geometry().spacing_mm;  // a sagittal series' slices lie along x
    if (std::max({spacing.x, spacing.y, spacing.z}) > 2.5) {
        cautions.emplace_back(
            "voxels more than 2.5 mm long: small nodules can be missed and sizes are uncertain");
    }
    if (scan.series.slice_uids.empty()) {
        cautions.emplace_back(
            "the slices are not axial, as those the models learned from: nodules can be missed and "
            "probabilities are uncertain");
    }
    if (scan.series.info.lossy_compressed) cautions.emplace_back("the images were compressed with loss");
    return cautions;
}

void describe_scan(const Scan& scan, Diagnosis& diagnosis) {
    const imaging::SeriesInfo& info = scan.series.info;
    diagnosis.series_uid = info.series_uid;
    diagnosis.study_uid = info.study_uid;
    diagnosis.manufacturer = info.manufacturer;
    diagnosis.kernel = info.kernel;
    diagnosis.synthetic = info.manufacturer == kSyntheticManufacturer;
    diagnosis.volume_size = scan.series.volume.size();
    diagnosis.spacing_mm = scan.series.volume.geometry().spacing_mm;
    diagnosis.right_lung_litres = scan.lungs.right_litres;
    diagnosis.left_lung_litres = scan.lungs.left_litres;
    diagnosis.assembly = scan.series.findings;
    diagnosis.inputs = scan.series.inputs;
    diagnosis.candidates = scan.candidates.size();
    diagnosis.cautions = cautions_about(scan);
}

std::vector<const Nodule*> ranked(const std::vector<Nodule>& nodules, const Models& models,
                                  Diagnosis& diagnosis) {
    std::vector<Judged> judged;
    for (std::size_t i = 0; i < nodules.size(); ++i) {
        judged.push_back({.index = i,
                          .centre_mm = nodules[i].segmentation.centre_mm,
                          .diameter_mm = nodules[i].measurement.diameter_mm,
                          .nodule_probability = nodules[i].nodule_probability,
                          .malignancy_probability = nodules[i].opinion.malignancy.probability,
                          .share_in_lungs = nodules[i].share_in_lungs,
                          .elongation = elongation(nodules[i].measurement)});
    }
    diagnosis.rule = {.nodule_floor = models.nodule_threshold(), .most = kMaxFindings};
    const Ranking ranking = rank(std::move(judged), diagnosis.rule);
    diagnosis.not_reported = ranking.not_reported;
    diagnosis.rejected =
        diagnosis.candidates - ranking.reported.size() - ranking.not_reported - ranking.merged;
    std::vector<const Nodule*> chosen;
    for (const Judged& j : ranking.reported) chosen.push_back(&nodules[j.index]);
    return chosen;
}

}  // namespace

std::vector<StageShare> diagnosis_stages() {
    return {{"read", 2},    {"resample", 0.5},   {"lungs", 2},    {"candidates", 4}, {"nodule or not", 1},
            {"outline", 1}, {"malignancy", 0.5}, {"evidence", 1}, {"pictures", 1.5}};
}

Result<Diagnosis> diagnose(const DiagnosisRequest& request, const DiagnosisContext& context) {
    Stages stages(context.progress, context.clock);
    HZ_ASSIGN(const Scan scan, read_scan(request, context, stages));
    const Volume& volume = scan.series.volume;
    HZ_ASSIGN(std::vector<Nodule> nodules, outline_nodules(scan, context, stages));
    HZ_TRY(judge_nodules(volume, nodules, context, stages));

    Diagnosis diagnosis;
    diagnosis.created_at = to_iso8601(context.clock.now());
    diagnosis.models = context.models.identities();
    diagnosis.backend = context.models.backend();
    describe_scan(scan, diagnosis);
    const KnownPatient known = known_patient(request.patient, scan.series.info);
    diagnosis.patient = known.facts;
    diagnosis.patient_fact_sources = known.sources;
    diagnosis.patient_formulas = {clinical::plco_m2012(known.facts)};

    stages.begin("evidence");
    const std::vector<const Nodule*> chosen = ranked(nodules, context.models, diagnosis);
    std::vector<FindingLayers> layers;
    for (const Nodule* nodule : chosen) {
        HZ_TRY(check_stop(context.stop));
        const int number = static_cast<int>(layers.size()) + 1;
        diagnosis.findings.push_back(
            finding_of(scan, *nodule, number, likely_nodules(chosen, *nodule, diagnosis.rule), known.facts));
        HZ_ASSIGN(Evidence evidence,
                  context.models.explain(volume, nodule->segmentation, nodule->measurement));
        diagnosis.findings.back().evidence_name = evidence.name;
        diagnosis.findings.back().evidence_peak_mm = evidence.peak_mm;
        layers.push_back({nodule->segmentation.mask, std::move(evidence.map)});
        stages.advance("", layers.size(), chosen.size());
    }
    if (chosen.empty()) diagnosis.exam_guidelines = {clinical::lung_rads_2022_no_nodule(known.facts)};

    if (!request.pictures_folder.empty()) {
        stages.begin("pictures");
        HZ_TRY(write_pictures(volume, layers, request.pictures_folder, context.executor, stages, context.stop,
                              diagnosis));
    }
    HZ_TRY(check_stop(context.stop));
    diagnosis.times = stages.take_times();
    return diagnosis;
}

}  // namespace huizhen::node
