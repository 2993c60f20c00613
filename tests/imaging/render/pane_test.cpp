#include <huizhen/render/colour_map.h>
#include <huizhen/render/pane.h>

namespace huizhen::imaging {
namespace {

constexpr Rgb kInk{1, 250, 1};

// 40^3 voxels of 1 mm of air, centred on the origin; `flipped` stores the slices from head to feet.
Volume air(bool flipped = false) {
    Geometry geometry;
    geometry.origin_mm = {-19.5, -19.5, flipped ? 19.5 : -19.5};
    if (flipped) geometry.z_axis = {0, 0, -1};
    return Volume({40, 40, 40}, geometry, -1000);
}

void put_block(Volume& volume, Vec3 centre_mm, std::int16_t hu = 400) {
    const Size3 size = volume.size();
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            for (int x = 0; x < size.x; ++x) {
                const Vec3 p = volume.geometry().to_patient({double(x), double(y), double(z)}) - centre_mm;
                if (std::max({std::abs(p.x), std::abs(p.y), std::abs(p.z)}) < 3) volume.at(x, y, z) = hu;
            }
        }
    }
}

Point2 brightest_place(const Picture& pane) {
    double sum = 0, x_sum = 0, y_sum = 0;
    for (int y = 0; y < pane.height(); ++y) {
        for (int x = 0; x < pane.width(); ++x) {
            const double w = pane.at(x, y).r > 200 ? 1 : 0;
            sum += w, x_sum += w * x, y_sum += w * y;
        }
    }
    return {x_sum / sum, y_sum / sum};
}

TEST(Window, runs_from_black_to_white) {
    const Window lung;
    EXPECT_EQ(lung.grey(-1350), 0);
    EXPECT_EQ(lung.grey(-2000), 0);
    EXPECT_EQ(lung.grey(-600), 128);
    EXPECT_EQ(lung.grey(150), 255);
    EXPECT_EQ(lung.grey(3000), 255);
}

TEST(Pane, hangs_the_patient_as_radiologists_do) {
    for (const bool flipped : {false, true}) {
        Volume volume = air(flipped);
        put_block(volume, {10, 5, 12});  // left, back, head
        const auto place = [&](Plane plane) {
            return brightest_place(render_ct(volume, {.plane = plane,
                                                      .centre_mm = {10 * double(plane == Plane::kSagittal),
                                                                    5 * double(plane == Plane::kCoronal),
                                                                    12 * double(plane == Plane::kAxial)},
                                                      .field_mm = 40,
                                                      .pixels = 80}));
        };
        const Point2 axial = place(Plane::kAxial), coronal = place(Plane::kCoronal),
                     sagittal = place(Plane::kSagittal);
        EXPECT_NEAR(axial.x, 39.5 + 20, 1);  // the patient's left is on the right
        EXPECT_NEAR(axial.y, 39.5 + 10, 1);  // the back is below
        EXPECT_NEAR(coronal.x, 39.5 + 20, 1);
        EXPECT_NEAR(coronal.y, 39.5 - 24, 1);   // the head is above
        EXPECT_NEAR(sagittal.x, 39.5 + 10, 1);  // the back is on the right
        EXPECT_NEAR(sagittal.y, 39.5 - 24, 1);
    }
}

TEST(Pane, letters_say_what_the_picture_shows) {
    using Letters = std::array<std::string_view, 4>;
    EXPECT_EQ((PaneView{.plane = Plane::kAxial}.edge_letters()), (Letters{"R", "L", "A", "P"}));
    EXPECT_EQ((PaneView{.plane = Plane::kCoronal}.edge_letters()), (Letters{"R", "L", "H", "F"}));
    EXPECT_EQ((PaneView{.plane = Plane::kSagittal}.edge_letters()), (Letters{"A", "P", "H", "F"}));
}

TEST(Pane, is_black_outside_the_volume) {
    const Volume volume({4, 4, 4}, {}, 100);
    const Picture pane = render_ct(volume, {.centre_mm = {1.5, 1.5, 1.5}, .field_mm = 20, .pixels = 40});
    EXPECT_EQ(pane.at(0, 0), (Rgb{0, 0, 0}));
    EXPECT_GT(pane.at(20, 20).r, 200);
}

TEST(Pane, pixels_and_millimetres_invert_each_other) {
    for (const Plane plane : {Plane::kAxial, Plane::kCoronal, Plane::kSagittal}) {
        const PaneView view{.plane = plane, .centre_mm = {3, -4, 5}, .field_mm = 47, .pixels = 310};
        const Point2 back = view.to_pixel(view.to_patient({12.25, 200.5}));
        EXPECT_NEAR(back.x, 12.25, 1e-9);
        EXPECT_NEAR(back.y, 200.5, 1e-9);
    }
}

Mask ball(double radius_mm, double spacing_mm) {
    const int side = 2 * static_cast<int>(radius_mm / spacing_mm) + 9;
    Geometry geometry;
    geometry.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
    const double half = spacing_mm * (side - 1) / 2;
    geometry.origin_mm = {-half, -half, -half};
    Mask mask({side, side, side}, geometry);
    for (int z = 0; z < side; ++z) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                mask.at(x, y, z) =
                    norm(geometry.to_patient({double(x), double(y), double(z)})) <= radius_mm ? 1 : 0;
            }
        }
    }
    return mask;
}

TEST(Outline, follows_the_mask_on_its_own_grid) {
    const PaneView view{.plane = Plane::kCoronal, .field_mm = 30, .pixels = 300};
    Picture pane(300, 300);
    draw_outline(pane, view, ball(8, 0.7), kInk);
    int drawn = 0;
    for (int y = 0; y < 300; ++y) {
        for (int x = 0; x < 300; ++x) {
            if (pane.at(x, y).g < 128) continue;
            ++drawn;
            EXPECT_NEAR(norm(view.to_patient({x + 0.5, y + 0.5})), 8, 0.8);
        }
    }
    EXPECT_GT(drawn, 500);  // all around: the circumference is 500 pixels
    const Point2 left = view.to_pixel({-8, 0, 0});
    EXPECT_EQ(pane.at(static_cast<int>(left.x) - 12, static_cast<int>(left.y)), (Rgb{0, 0, 0}));
}

TEST(Outline, of_no_mask_is_nothing) {
    Picture pane(50, 50);
    draw_outline(pane, {.field_mm = 30, .pixels = 50}, Mask(), kInk);
    draw_outline(pane, {.centre_mm = {500, 0, 0}, .field_mm = 30, .pixels = 50}, ball(8, 0.7), kInk);
    EXPECT_TRUE(std::ranges::all_of(pane.pixels(), [](Rgb p) { return p == Rgb{}; }));
}

TEST(Evidence, colours_only_where_it_is) {
    Geometry geometry;
    geometry.origin_mm = {-5, -5, -5};
    Grid<float> evidence({11, 11, 11}, geometry);
    evidence.at(5, 5, 5) = 1.0F;
    const PaneView view{.field_mm = 40, .pixels = 41};
    Picture pane(41, 41, {100, 100, 100});
    draw_evidence(pane, view, evidence, 0.5);
    Picture expected(1, 1, {100, 100, 100});
    expected.blend(0, 0, inferno(1), 0.5);
    EXPECT_EQ(pane.at(20, 20), expected.at(0, 0));
    EXPECT_EQ(pane.at(20, 25), (Rgb{100, 100, 100}));
    EXPECT_EQ(pane.at(0, 0), (Rgb{100, 100, 100}));
}

TEST(Ruler, is_as_long_as_its_label_says) {
    const PaneView view{.field_mm = 47, .pixels = 310};  // 20 mm fit into half of it
    Picture pane(310, 310);
    draw_ruler(pane, view);
    const int y = 310 - 10;
    int first = 310, last = 0;
    for (int x = 0; x < 310; ++x) {
        if (pane.at(x, y).r <= 100) continue;
        first = std::min(first, x);
        if (x < 10 + 20 * 310 / 47 + 3) last = x;  // the label begins after it
    }
    EXPECT_NEAR(last - first, 20 * 310 / 47.0, 2.0);
}

}  // namespace
}  // namespace huizhen::imaging
