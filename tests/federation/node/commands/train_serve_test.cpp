// The models as committed see a nodule the same whether its volume was cut out for training or is still in
// the whole scan. The patient is the one no model may learn from.

#include <huizhen/dicom/series.h>
#include <huizhen/lung/nodule_measurement.h>
#include <huizhen/model/ct_ensemble.h>
#include <huizhen/node/cohorts/lidc.h>
#include <huizhen/node/diagnosis/models.h>
#include <huizhen/node/engine_runtime.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

constexpr const char* kDemoPatient = "LIDC-IDRI-0314";

Result<double> probability(const Models& models, const imaging::Volume& volume, imaging::Vec3 place) {
    HZ_ASSIGN(const auto outline, imaging::segment_nodule(volume, place));
    HZ_ASSIGN(const Opinion opinion, models.judge(volume, outline, imaging::measure_nodule(outline)));
    return opinion.malignancy.probability;
}

TEST(TrainServe, the_cut_out_nodule_and_the_whole_scan_get_the_same_probability) {
    const auto data = HZ_NEED_DATA(testing::data_folder());
    const auto scan = HZ_NEED_DATA(testing::unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    EngineRuntime runtime;
    const auto models = Models::load(default_models_folder(), runtime);
    ASSERT_TRUE(models) << models.error().to_string();

    const auto nodules = read_lidc_nodules(data / "lidc-nodules", "demo");
    ASSERT_TRUE(nodules) << nodules.error().to_string();
    ASSERT_EQ(nodules->cases.size(), 1U);
    const NoduleCase& nodule = nodules->cases.front();
    ASSERT_EQ(nodule.patient, kDemoPatient);
    const auto cut_out = nodules->image(nodule);
    ASSERT_TRUE(cut_out) << cut_out.error().to_string();
    const auto series = imaging::load_ct_series(scan, runtime.executor(), silent_progress(), {}, {});
    ASSERT_TRUE(series) << series.error().to_string();

    const auto trained_like = probability(*models, *cut_out, nodule.centre_mm);
    ASSERT_TRUE(trained_like) << trained_like.error().to_string();
    // A candidate's place is never quite the readers'.
    for (const imaging::Vec3 off : {imaging::Vec3{0, 0, 0}, {1.5, 0, 0}, {0, -1.5, 1}, {-1, 1, -1}}) {
        const auto served = probability(*models, series->volume, nodule.centre_mm + off);
        ASSERT_TRUE(served) << served.error().to_string();
        EXPECT_NEAR(*served, *trained_like, 0.05);
    }
}

TEST(TrainServe, no_member_has_seen_the_patient_of_the_demonstration) {
    EngineRuntime runtime(1);
    const auto ensemble = engine::CtEnsemble::load(default_models_folder(), runtime.context());
    ASSERT_TRUE(ensemble) << ensemble.error().to_string();
    EXPECT_EQ(ensemble->members().size(), 10U);
    for (const auto& member : ensemble->members()) {
        EXPECT_FALSE(member.manifest.has_seen(kDemoPatient)) << member.file;
        EXPECT_FALSE(member.manifest.trained_on.empty());
    }
}

}  // namespace
}  // namespace huizhen::node
