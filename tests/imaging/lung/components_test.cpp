#include <map>
#include <random>

#include <gtest/gtest.h>

#include <huizhen/lung/components.h>

namespace huizhen::imaging {
namespace {

Mask random_mask(Size3 size, double share, unsigned seed) {
    Mask mask(size, {});
    std::mt19937 random(seed);
    std::bernoulli_distribution filled(share);
    for (std::uint8_t& voxel : mask.voxels()) voxel = filled(random) ? 1 : 0;
    return mask;
}

// Flood fill from every unvisited voxel: slow and plain.
Grid<std::int32_t> label_reference(const Mask& mask, bool diagonal) {
    Grid<std::int32_t> labels(mask.size(), {});
    std::int32_t next = 0;
    for (int z = 0; z < mask.size().z; ++z) {
        for (int y = 0; y < mask.size().y; ++y) {
            for (int x = 0; x < mask.size().x; ++x) {
                if (mask.at(x, y, z) == 0 || labels.at(x, y, z) != 0) continue;
                ++next;
                std::vector<std::array<int, 3>> front{{x, y, z}};
                labels.at(x, y, z) = next;
                while (!front.empty()) {
                    const auto [a, b, c] = front.back();
                    front.pop_back();
                    for (int i = 0; i < 27; ++i) {
                        const int dx = i % 3 - 1, dy = i / 3 % 3 - 1, dz = i / 9 - 1;
                        if (!diagonal && std::abs(dx) + std::abs(dy) + std::abs(dz) != 1) continue;
                        if (!mask.contains(a + dx, b + dy, c + dz) || mask.at(a + dx, b + dy, c + dz) == 0)
                            continue;
                        if (labels.at(a + dx, b + dy, c + dz) != 0) continue;
                        labels.at(a + dx, b + dy, c + dz) = next;
                        front.push_back({a + dx, b + dy, c + dz});
                    }
                }
            }
        }
    }
    return labels;
}

// Two labellings part the voxels in the same way.
void expect_same_partition(const Grid<std::int32_t>& a, const Grid<std::int32_t>& b) {
    std::map<std::int32_t, std::int32_t> forth, back;
    for (std::size_t i = 0; i < a.voxels().size(); ++i) {
        const std::int32_t u = a.voxels()[i], v = b.voxels()[i];
        ASSERT_EQ(u == 0, v == 0) << i;
        ASSERT_EQ(forth.emplace(u, v).first->second, v) << i;
        ASSERT_EQ(back.emplace(v, u).first->second, u) << i;
    }
}

TEST(Components, part_random_masks_as_flood_fill_does) {
    for (const double share : {0.1, 0.3, 0.5, 0.8}) {
        const Mask mask = random_mask({19, 13, 11}, share, 7);
        expect_same_partition(label_components(mask, Connectivity::kFaces6).labels,
                              label_reference(mask, false));
        expect_same_partition(label_components(mask, Connectivity::kAll26).labels,
                              label_reference(mask, true));
    }
}

TEST(Components, come_largest_first_with_their_box_and_middle) {
    Mask mask({20, 10, 10}, {});
    mask.at(1, 1, 1) = 1;
    for (int x = 5; x < 12; ++x) {
        for (int y = 2; y < 5; ++y) mask.at(x, y, 7) = 1;
    }
    const Components found = label_components(mask, Connectivity::kFaces6);
    ASSERT_EQ(found.list.size(), 2U);
    EXPECT_EQ(found.list[0].voxels, 21U);
    EXPECT_EQ(found.labels.at(8, 3, 7), 1);
    EXPECT_EQ(found.labels.at(1, 1, 1), 2);
    EXPECT_DOUBLE_EQ(found.list[0].centroid_voxel.x, 8);
    EXPECT_DOUBLE_EQ(found.list[0].centroid_voxel.y, 3);
    EXPECT_DOUBLE_EQ(found.list[0].centroid_voxel.z, 7);
    EXPECT_EQ(found.list[0].low[0], 5);
    EXPECT_EQ(found.list[0].high[0], 11);
    EXPECT_EQ(found.list[0].extent(1), 3);
    EXPECT_EQ(found.labels.voxels()[found.list[0].first_voxel], 1);
}

TEST(Components, below_the_least_size_are_left_out) {
    Mask mask({10, 3, 3}, {});
    mask.at(0, 0, 0) = 1;
    mask.at(5, 1, 1) = mask.at(6, 1, 1) = 1;
    const Components found = label_components(mask, Connectivity::kAll26, 2);
    ASSERT_EQ(found.list.size(), 1U);
    EXPECT_EQ(found.labels.at(0, 0, 0), 0);
    EXPECT_EQ(found.labels.at(5, 1, 1), 1);
}

TEST(Components, of_an_empty_mask_are_none) {
    EXPECT_TRUE(label_components(Mask({4, 4, 4}, {}), Connectivity::kAll26).list.empty());
}

TEST(Flood, stays_inside_what_is_passable) {
    Mask passable({9, 9, 3}, {}, 1);
    for (int y = 0; y < 9; ++y) {
        for (int z = 0; z < 3; ++z) passable.at(4, y, z) = 0;  // a wall
    }
    const Mask reached = flood(passable, {passable.index(0, 0, 0), passable.index(4, 4, 1)});
    EXPECT_EQ(std::count(reached.voxels().begin(), reached.voxels().end(), std::uint8_t{1}), 4 * 9 * 3);
    EXPECT_EQ(reached.at(3, 8, 2), 1);
    EXPECT_EQ(reached.at(5, 0, 0), 0);
}

TEST(SpreadLabels, gives_each_voxel_the_nearest_seed) {
    const Mask domain({11, 1, 1}, {}, 1);
    Grid<std::uint8_t> labels({11, 1, 1}, {});
    labels.at(0, 0, 0) = 2;
    labels.at(10, 0, 0) = 1;
    spread_labels(domain, labels);
    EXPECT_EQ(labels.at(4, 0, 0), 2);
    EXPECT_EQ(labels.at(5, 0, 0), 1) << "a tie goes to the lower label";
    EXPECT_EQ(labels.at(6, 0, 0), 1);
}

}  // namespace
}  // namespace huizhen::imaging
