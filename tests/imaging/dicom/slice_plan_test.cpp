#include "slice_plan.h"

namespace huizhen::imaging {
namespace {

FrameRecord record_at(Vec3 position) {
    FrameRecord frame;
    frame.rows = 8;
    frame.columns = 10;
    frame.place.position_mm = position;
    frame.place.row = Vec3{1, 0, 0};
    frame.place.column = Vec3{0, 1, 0};
    frame.place.row_spacing_mm = 0.8;
    frame.place.column_spacing_mm = 0.7;
    frame.place.thickness_mm = 1.0;
    frame.place.rescale = Rescale{1, -1024};
    return frame;
}

std::vector<FrameRecord> stack(const std::vector<double>& z) {
    std::vector<FrameRecord> frames;
    for (double at : z) frames.push_back(record_at({0, 0, at}));
    return frames;
}

bool has(const SlicePlan& plan, std::string_view code) {
    return std::any_of(plan.findings.begin(), plan.findings.end(),
                       [&](const auto& f) { return f.code == code; });
}

void expect_refused(std::vector<FrameRecord> frames, std::string_view reason) {
    const auto plan = plan_slices(std::move(frames), 3, {});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code(), ErrorCode::kUntrustworthyInput);
    EXPECT_NE(plan.error().message().find(reason), std::string::npos) << plan.error().message();
}

TEST(SlicePlan, sorts_by_position_upwards_whichever_way_the_axes_run) {
    auto frames = stack({3, 1, 2, 0});
    for (auto& frame : frames) frame.place.row = Vec3{-1, 0, 0};  // the normal then points to the feet
    const auto plan = plan_slices(frames, 3, {});
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_DOUBLE_EQ(plan->slices.front().place.position_mm->z, 0);
    EXPECT_DOUBLE_EQ(plan->geometry.z_axis.z, 1);
    EXPECT_EQ(plan->size, (Size3{10, 8, 4}));
    EXPECT_DOUBLE_EQ(plan->geometry.spacing_mm.x, 0.7);
    EXPECT_DOUBLE_EQ(plan->geometry.spacing_mm.y, 0.8);
    EXPECT_TRUE(plan->findings.empty());
}

TEST(SlicePlan, takes_rounded_positions_as_even_and_reports_what_is_not) {
    const auto rounded = plan_slices(stack({0, 1.0001, 1.9999, 3.0001, 4}), 3, {});
    ASSERT_TRUE(rounded);
    EXPECT_TRUE(rounded->findings.empty());
    const auto uneven = plan_slices(stack({0, 1, 2.06, 3, 4}), 3, {});
    ASSERT_TRUE(uneven);
    EXPECT_TRUE(has(*uneven, "uneven-spacing"));
    expect_refused(stack({0, 1, 2.3, 3, 4}), "varies from 0.7 to 1.3 mm");
}

TEST(SlicePlan, refuses_gaps_and_counts_what_is_missing) {
    expect_refused(stack({0, 1, 2, 5, 6, 8}), "2 gaps, about 3 slices at 1 mm");
}

TEST(SlicePlan, says_how_slices_overlap_or_leave_gaps) {
    auto frames = stack({0, 2, 4, 6});
    EXPECT_TRUE(has(*plan_slices(frames, 3, {}), "gap-between-slices"));
    for (auto& frame : frames) frame.place.thickness_mm = 5;
    EXPECT_TRUE(has(*plan_slices(frames, 3, {}), "overlapping-slices"));
    expect_refused(stack({0, 10, 20, 30}), "10 mm apart");
}

TEST(SlicePlan, measures_tilt_from_positions_and_compares_the_header) {
    std::vector<FrameRecord> frames;
    for (int i = 0; i < 11; ++i) frames.push_back(record_at({0, -0.5 * i, 1.0 * i}));
    const auto plan = plan_slices(frames, 3, -26.565);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_TRUE(plan->is_sheared);
    EXPECT_TRUE(has(*plan, "gantry-tilt-corrected"));
    EXPECT_FALSE(has(*plan, "tilt-contradicts-positions"));
    EXPECT_EQ(plan->size, (Size3{10, 8 + 7, 11}));  // 5 mm of drift over 0.8 mm pixels
    EXPECT_EQ(plan->origin_shift_y, 7);
    EXPECT_NEAR(plan->slice_shift_y, -0.625, 1e-12);
    EXPECT_NEAR(plan->geometry.origin_mm.y, -5.6, 1e-12);
    EXPECT_TRUE(has(*plan_slices(stack({0, 1, 2}), 3, 15.0), "tilt-contradicts-positions"));
}

TEST(SlicePlan, refuses_slices_that_wander_or_run_sideways) {
    auto frames = stack({0, 1, 2, 3});
    frames[2].place.position_mm->x = 3;
    expect_refused(frames, "do not lie on a line");
    std::vector<FrameRecord> sideways;
    for (int i = 0; i < 5; ++i) sideways.push_back(record_at({2.0 * i, 0, 1.0 * i}));
    expect_refused(sideways, "sideways");
}

TEST(SlicePlan, refuses_orientations_that_are_none) {
    for (const auto& [row, column] :
         {std::pair{Vec3{1, 0, 0}, Vec3{1, 0, 0}}, std::pair{Vec3{0, 0, 0}, Vec3{0, 1, 0}},
          std::pair{Vec3{2, 0, 0}, Vec3{0, 1, 0}}}) {
        auto frames = stack({0, 1, 2, 3});
        for (auto& frame : frames) {
            frame.place.row = row;
            frame.place.column = column;
        }
        expect_refused(frames, "(0020,0037)");
    }
    auto far = stack({0, 1, 2, 3});
    far[1].place.position_mm->z = 1e300;
    expect_refused(far, "implausible");
}

TEST(SlicePlan, refuses_extents_no_scanner_makes) {
    auto wide = stack({0, 1, 2, 3});
    for (auto& frame : wide) {
        frame.columns = 512;
        frame.place.column_spacing_mm = 2.5;
    }
    expect_refused(wide, "field of view");
    std::vector<double> positions;
    for (int i = 0; i < 600; ++i) positions.push_back(5.0 * i);
    expect_refused(stack(positions), "length");
}

TEST(SlicePlan, takes_out_frames_at_one_place_and_needs_enough_others) {
    const auto plan = plan_slices(stack({0, 1, 1.001, 2, 3}), 3, {});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->slices.size(), 4U);
    EXPECT_EQ(plan->duplicates.size(), 1U);
    EXPECT_TRUE(has(*plan, "duplicate-slice"));
    expect_refused(stack({0, 0, 0, 0, 1}), "only 2 slices");
    expect_refused(stack({0}), "only 1 slice:");
    expect_refused({}, "only 0 slices");
}

}  // namespace
}  // namespace huizhen::imaging
