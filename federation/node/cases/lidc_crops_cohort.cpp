#include <huizhen/node/cohorts/lidc.h>

#include "cohort_kinds.h"

namespace huizhen::node {

Result<Cohort> read_lidc_crops_cohort(const std::filesystem::path& folder, const SiteFilter& site) {
    HZ_ASSIGN(const LidcCrops crops, read_lidc_crops(folder, "dev"));
    Cohort cohort{"ct-crops/1", {}, 0};
    std::vector<std::string> makers;
    bool found = false;
    for (std::size_t k = 0; k < crops.cases.size(); ++k) {
        const CropCase& crop = crops.cases[k];
        makers.push_back(crop.manufacturer);
        if (site && crop.manufacturer != *site) continue;
        found = true;
        if (crop.label < 0) {
            ++cohort.left_out;
            continue;
        }
        learning::Case content;
        content.fold = fold_of(crop.patient);
        content.labels = {static_cast<float>(crop.label)};
        content.size_mm = static_cast<float>(crop.diameter_mm);
        content.spacing_mm = static_cast<float>(crop.spacing_mm);
        content.side = kCropSide;
        const auto hu = crops.crop(k);
        content.hu.assign(hu.begin(), hu.end());
        cohort.cases.push_back({Phi<std::string>(crop.patient),
                                Phi<std::string>(crop.series + "/" + crop.nodule), std::move(content)});
    }
    if (site && !found) return fail(no_such_site(*site, std::move(makers)));
    return cohort;
}

}  // namespace huizhen::node
