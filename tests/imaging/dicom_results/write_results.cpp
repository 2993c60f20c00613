// Writes the objects of a made-up diagnosis, and what they must say, for tests/interop/dicom_results.py.
//     write_results SERIES_FOLDER OUT [X Y Z ...]     centres in LPS millimetres
// Without a series folder that exists, a phantom is drawn into it.

#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include <huizhen/base/file.h>
#include <huizhen/dicom_results/plane_mask.h>

#include "sample.h"

namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using namespace huizhen::imaging;

json expected(const SourceSeries& source, const ResultStudy& study) {
    json findings = json::array();
    for (const ResultFinding& finding : study.findings) {
        const ResultMeasurements& m = finding.measurements;
        json planes = json::array();
        const auto projected = project_mask(*finding.outline, source);
        for (const PlaneMask& plane : *projected) {
            json rows = json::array();
            for (int y = plane.y; y < plane.y + plane.height; ++y) {
                std::string row;
                for (int x = plane.x; x < plane.x + plane.width; ++x) row += plane.at(x, y) ? '1' : '0';
                rows.push_back(row);
            }
            planes.push_back({{"image", source.images[plane.image].sop_instance_uid},
                              {"x", plane.x},
                              {"y", plane.y},
                              {"rows", rows}});
        }
        findings.push_back(
            {{"number", finding.number},
             {"centre", {finding.centre_mm.x, finding.centre_mm.y, finding.centre_mm.z}},
             {"measurements",
              {{"Diameter", *m.diameter_mm},
               {"Maximum 3D Diameter of a Mesh", *m.long_axis_3d_mm},
               {"Volume", *m.volume_mm3},
               {"Attenuation Coefficient, Mean", *m.mean_hu},
               {"Attenuation Coefficient, Standard Deviation", *m.sd_hu},
               {"Attenuation Coefficient, Median", *m.median_hu},
               {"Diameter of the solid part", *m.solid_diameter_mm},
               {"Volume of the solid part", *m.solid_volume_mm3},
               {"Certainty of Finding", 100 * finding.nodule.value},
               {"Probability of cancer", 100 * finding.malignancy.value},
               {finding.ratings[0].meaning, finding.ratings[0].value},
               {finding.ratings[1].meaning, finding.ratings[1].value}}},
             {"section",
              {{"Long axis", *m.long_axis_mm}, {"Short axis", *m.short_axis_mm}, {"Area", *m.area_mm2}}},
             {"interval", {100 * *finding.malignancy.low, 100 * *finding.malignancy.high}},
             {"planes", planes}});
    }
    return {{"study_uid", source.study_uid}, {"series_uid", source.series_uid}, {"findings", findings}};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc % 3 != 0) return 2;
    const fs::path series = argv[1], out = argv[2];
    if (!fs::exists(series)) sample::write_series(series);
    fs::create_directories(out);
    const SourceSeries source = sample::source(series);
    std::vector<Vec3> centres;
    for (int i = 3; i < argc; i += 3)
        centres.push_back({std::stod(argv[i]), std::stod(argv[i + 1]), std::stod(argv[i + 2])});
    if (centres.empty()) centres = sample::places_in(source);
    const sample::Sample made = sample::diagnosis(centres);
    const auto objects = make_result_objects(source, made.study);
    if (!objects) {
        std::cerr << objects.error().to_string() << "\n";
        return 1;
    }
    for (const ResultObject& object : *objects) {
        const fs::path file = out / (std::string(sample::name_of(object.kind)) + ".dcm");
        if (const huizhen::Status written = huizhen::write_file_atomically(file, object.bytes); !written) {
            std::cerr << written.error().to_string() << "\n";
            return 1;
        }
    }
    std::ofstream(out / "expected.json") << expected(source, made.study).dump(1) << "\n";
}
