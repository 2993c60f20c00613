#include <huizhen/dicom_results/plane_mask.h>

#include "sample.h"

namespace huizhen::imaging {
namespace {

SourceSeries series(double slice_spacing_mm, int slices) {
    SourceSeries series;
    series.rows = 40;
    series.columns = 50;
    series.row = {1, 0, 0};
    series.column = {0, 1, 0};
    series.row_spacing_mm = 0.8;
    series.column_spacing_mm = 0.7;
    series.thickness_mm = series.slice_spacing_mm = slice_spacing_mm;
    for (int i = 0; i < slices; ++i)
        series.images.push_back(
            {"1", "1." + std::to_string(i + 1), 0, {10, 20, i * slice_spacing_mm}, i * slice_spacing_mm});
    return series;
}

TEST(PlaneMask, holds_the_pixels_whose_middles_lie_inside) {
    const SourceSeries source = series(1, 30);
    const Vec3 centre{27.1, 35.3, 12.2};
    const auto planes = project_mask(sample::ball(centre, 5, 0.25), source);
    ASSERT_TRUE(planes.has_value());
    std::size_t wrong = 0, inside = 0;
    for (std::size_t i = 0; i < source.images.size(); ++i) {
        const auto plane =
            std::find_if(planes->begin(), planes->end(), [&](const PlaneMask& p) { return p.image == i; });
        for (int y = 0; y < source.rows; ++y) {
            for (int x = 0; x < source.columns; ++x) {
                const double distance = norm(source.to_patient(i, x, y) - centre);
                const bool is_in = plane != planes->end() && plane->at(x, y);
                inside += is_in ? 1 : 0;
                // The mask's own grid blurs the border by no more than its diagonal.
                if (std::abs(distance - 5) > 0.25 && is_in != (distance < 5)) ++wrong;
            }
        }
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_NEAR(static_cast<double>(inside) * 0.8 * 0.7, 4.0 / 3 * M_PI * 125, 15);
    EXPECT_EQ(largest_plane(*planes).image, 12U);
}

TEST(PlaneMask, is_the_same_place_in_images_that_are_turned) {
    SourceSeries turned = series(1, 30);
    turned.row = {-1, 0, 0};  // prone, rows mirrored
    turned.column = {0, -1, 0};
    for (SourceImage& image : turned.images) image.position_mm = {44.3, 51.2, image.position_mm.z};
    const SourceSeries source = series(1, 30);
    const Mask ball = sample::ball({27, 35, 12}, 5);
    const auto a = project_mask(ball, source), b = project_mask(ball, turned);
    ASSERT_TRUE(a && b);
    ASSERT_EQ(a->size(), b->size());
    for (std::size_t i = 0; i < a->size(); ++i) {
        EXPECT_EQ((*a)[i].pixels, (*b)[i].pixels);
        for (int y = 0; y < source.rows; ++y) {
            for (int x = 0; x < source.columns; ++x)
                ASSERT_EQ((*a)[i].at(x, y), (*b)[i].at(source.columns - 1 - x, source.rows - 1 - y));
        }
    }
}

TEST(PlaneMask, keeps_a_finding_that_slips_between_thick_slices) {
    const SourceSeries source = series(5, 6);
    const auto planes = project_mask(sample::ball({27, 35, 12.4}, 1.5, 0.5), source);
    ASSERT_TRUE(planes.has_value());
    ASSERT_EQ(planes->size(), 1U);
    EXPECT_EQ((*planes)[0].image, 2U);
    EXPECT_TRUE((*planes)[0].at(24, 19));
}

TEST(PlaneMask, refuses_what_lies_outside_or_is_empty) {
    const SourceSeries source = series(1, 30);
    EXPECT_EQ(project_mask(sample::ball({27, 35, 90}, 5), source).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(project_mask(sample::ball({-90, 35, 12}, 5), source).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(project_mask(Mask(Size3{3, 3, 3}, {}), source).error().code(), ErrorCode::kInvalidArgument);
}

TEST(PlaneMask, is_cut_at_the_edge_of_the_image) {
    const auto planes = project_mask(sample::ball({10, 20, 12}, 5), series(1, 30));
    ASSERT_TRUE(planes.has_value());
    EXPECT_TRUE(largest_plane(*planes).at(0, 0));
}

PlaneMask drawn(const std::vector<std::string>& rows) {
    PlaneMask plane{0, 3, 5, static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), {}, 0};
    for (const std::string& row : rows) {
        for (const char c : row) {
            plane.inside.push_back(c == '#' ? 1 : 0);
            plane.pixels += c == '#' ? 1 : 0;
        }
    }
    return plane;
}

double area(const std::vector<PixelPoint>& closed) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < closed.size(); ++i)
        sum += closed[i].x * closed[i + 1].y - closed[i + 1].x * closed[i].y;
    return sum / 2;
}

TEST(Outline, goes_around_the_pixels_and_is_closed) {
    const auto points = outline_of(drawn({"##"}));
    ASSERT_EQ(points.size(), 5U);
    EXPECT_EQ(points.front().x, points.back().x);
    EXPECT_EQ(points.front().y, points.back().y);
    EXPECT_DOUBLE_EQ(area(points), 2);
    EXPECT_EQ(points[0].x, 3);
    EXPECT_EQ(points[0].y, 5);
    EXPECT_EQ(points[2].x, 5);
    EXPECT_EQ(points[2].y, 6);
}

TEST(Outline, follows_bays_and_takes_the_largest_piece) {
    EXPECT_DOUBLE_EQ(area(outline_of(drawn({"#.####", "..#..#", "#.####", "#.##.."}))),
                     14);  // the hole filled
    EXPECT_DOUBLE_EQ(area(outline_of(drawn({".#.", "###", ".#."}))), 5);
    EXPECT_DOUBLE_EQ(area(outline_of(drawn({"##.", "##.", "..#"}))), 4);  // a corner does not connect
    EXPECT_TRUE(outline_of(drawn({"..", ".."})).empty());
}

}  // namespace
}  // namespace huizhen::imaging
