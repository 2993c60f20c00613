// Whole scans of real patients: the lungs, and the nodule the truth file names among the candidates.

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <huizhen/dicom/series.h>
#include <huizhen/lung/candidates.h>
#include <huizhen/lung/location.h>
#include <huizhen/test_support/data.h>
#include <huizhen/volume/orient.h>
#include <huizhen/volume/resample.h>

namespace huizhen::imaging {
namespace {

Volume isotropic_series(const std::filesystem::path& folder, Executor& executor) {
    auto series = load_ct_series(folder, executor, silent_progress(), {}, {});
    if (!series) throw std::runtime_error(series.error().to_string());
    return resample_isotropic(to_patient_order(std::move(series->volume)), 1.0, executor);
}

TEST(WholeScan, has_its_annotated_nodule_first_among_the_candidates) {
    const auto folder = HZ_NEED_DATA(huizhen::testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    Executor executor;
    const Volume iso = isotropic_series(folder, executor);
    const auto lungs = segment_lungs(iso, executor, {});
    ASSERT_TRUE(lungs) << lungs.error().to_string();
    EXPECT_TRUE(lungs->airway_found);
    EXPECT_GT(lungs->litres(), 2);
    EXPECT_LT(lungs->litres(), 6);
    EXPECT_FALSE(lungs->cut_at_head || lungs->cut_at_feet);

    std::ifstream file(*huizhen::testing::data_folder() / "ct-series/LIDC-IDRI-0314.truth.json");
    const auto truth = nlohmann::json::parse(file).at("nodules").at(0);
    const Vec3 centre{truth.at("world_mm_lps").at(0), truth.at("world_mm_lps").at(1),
                      truth.at("world_mm_lps").at(2)};
    const double diameter = truth.at("diameter_mm");
    const auto found = find_candidates(iso, *lungs, {}, executor, silent_progress(), {});
    ASSERT_TRUE(found);
    ASSERT_FALSE(found->empty());
    EXPECT_LT(norm(found->front().centre_mm - centre), 3);
    EXPECT_NEAR(found->front().diameter_mm, diameter, 0.2 * diameter);
    EXPECT_EQ(locate(*lungs, measure_extents(*lungs), centre).side, centre.x < 0 ? kRightLung : kLeftLung);
}

TEST(WholeScan, of_an_abdomen_is_refused) {
    const auto folder = HZ_NEED_DATA(huizhen::testing::unpacked("ct-series/totseg-body-j2k.tar.xz"));
    Executor executor;
    const Volume iso = isotropic_series(folder, executor);
    const auto lungs = segment_lungs(iso, executor, {});
    ASSERT_FALSE(lungs);
    EXPECT_EQ(lungs.error().code(), ErrorCode::kUntrustworthyInput);
}

}  // namespace
}  // namespace huizhen::imaging
