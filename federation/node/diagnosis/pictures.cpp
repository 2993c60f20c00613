#include <mutex>

#include <huizhen/base/check.h>
#include <huizhen/node/diagnosis/pictures.h>
#include <huizhen/node/diagnosis/words.h>
#include <huizhen/node/version.h>
#include <huizhen/render/finding_picture.h>

namespace huizhen::node {
namespace {

imaging::PictureFinding picture_of(const Diagnosis& diagnosis, const Finding& finding,
                                   const FindingLayers& layers) {
    imaging::PictureFinding picture;
    picture.number = finding.number;
    picture.centre_mm = finding.place.centre_mm;
    picture.long_axis_mm = finding.measurement.long_axis_mm;
    picture.outline = layers.outline.empty() ? nullptr : &layers.outline;
    picture.evidence = layers.evidence.empty() ? nullptr : &layers.evidence;
    picture.evidence_name = finding.evidence_name;
    picture.title = std::string(diagnosis.synthetic ? "SYNTHETIC - " : "") + "Finding " +
                    std::to_string(finding.number) + " of " + std::to_string(diagnosis.findings.size()) +
                    " - " + place_words(finding.place);
    picture.caption = {"Probability of malignancy " + malignancy_words(finding.malignancy) + "; " +
                           label_set_words(finding.malignancy),
                       "Size " + size_words(finding),
                       "Centre " + fixed(finding.place.centre_mm.x, 1) + ", " +
                           fixed(finding.place.centre_mm.y, 1) + ", " + fixed(finding.place.centre_mm.z, 1) +
                           " mm (LPS), slice " + std::to_string(finding.place.slice) +
                           " from the feet; nodule probability " + fixed(finding.nodule_probability, 2)};
    picture.short_line =
        fixed(finding.measurement.diameter_mm, 1) + " mm, " + short_place_words(finding.place);
    picture.short_line_2 = "nodule " + fixed(finding.nodule_probability, 2) + ", malignancy " +
                           fixed(finding.malignancy.probability, 2) + " (" +
                           fixed(finding.malignancy.interval.low, 2) + "-" +
                           fixed(finding.malignancy.interval.high, 2) + ")";
    return picture;
}

imaging::PictureNotes notes_of(const Diagnosis& diagnosis) {
    std::string origin = "huizhen " + std::string(software_version());
    for (const ModelIdentity& model : diagnosis.models)
        origin += ", " + model.role + " model " + model.sha256.substr(0, 12);
    return {std::string(kIntendedUseShort), origin};
}

}  // namespace

Status write_pictures(const imaging::Volume& volume, const std::vector<FindingLayers>& layers,
                      const std::filesystem::path& folder, Executor& executor, ProgressSink& progress,
                      const std::stop_token& stop, Diagnosis& diagnosis) {
    HZ_CHECK(layers.size() == diagnosis.findings.size(), "each finding has its layers");
    const imaging::PictureNotes notes = notes_of(diagnosis);
    std::vector<imaging::PictureFinding> pictures;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        pictures.push_back(picture_of(diagnosis, diagnosis.findings[i], layers[i]));
        diagnosis.findings[i].picture = "finding-" + std::to_string(i + 1) + ".png";
    }
    diagnosis.contact_sheet = kContactSheetName;
    const std::string synthetic = diagnosis.synthetic ? "SYNTHETIC chest CT" : "Chest CT";
    const std::string title =
        pictures.empty() ? synthetic + ": no nodule found"
                         : synthetic + ": " + std::to_string(pictures.size()) +
                               (pictures.size() == 1 ? " finding" : " findings, most suspicious first");
    std::mutex mutex;  // guards `failure` and `written`
    Status failure;
    std::uint64_t written = 0;
    const std::size_t count = pictures.size() + 1;
    executor.parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (stop.stop_requested()) return;
            // The sheet first, since it takes longest.
            const Status status = i == 0 ? write_png(render_contact_sheet(volume, pictures, title,
                                                                          std::string(kNothingFound), notes),
                                                     folder / kContactSheetName)
                                         : write_png(render_finding(volume, pictures[i - 1], notes),
                                                     folder / diagnosis.findings[i - 1].picture);
            const std::scoped_lock lock(mutex);
            if (!status && failure) failure = status;
            progress.advance("pictures", ++written, count);
        }
    });
    HZ_TRY(check_stop(stop));
    return failure;
}

}  // namespace huizhen::node
