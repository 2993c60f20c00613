#include <gtest/gtest.h>

#include <huizhen/base/check.h>
#include <huizhen/lung/nodule_patch.h>

#include "nodule_phantom.h"

namespace huizhen::imaging {
namespace {

using testing::make_phantom;
using testing::Phantom;

constexpr int kSide = 32;

std::vector<float> patch_of(const Volume& volume, Vec3 seed) {
    const auto found = segment_nodule(volume, seed);
    EXPECT_TRUE(found.has_value());
    std::vector<float> patch(kSide * kSide * kSide);
    canonical_patch(volume, *found, kSide, 1.0, patch);
    return patch;
}

TEST(NodulePatch, shows_the_nodule_in_the_middle) {
    const Phantom phantom;
    const auto patch = patch_of(make_phantom(phantom), phantom.centre_mm);
    EXPECT_NEAR(patch[16 + kSide * (16 + kSide * 16)], testing::kTissueHu, 2);
    EXPECT_NEAR(patch[3 + kSide * (16 + kSide * 16)], testing::kLungHu, 2);
}

TEST(NodulePatch, hides_what_lies_beyond_the_nodule) {
    const Phantom phantom;
    Volume volume = make_phantom(phantom);
    const auto before = patch_of(volume, phantom.centre_mm);
    // Something bright 2 mm above the nodule and 12 mm beside it: a training volume would not have shown it.
    for (int y = 0; y < volume.size().y; ++y)
        for (int x = 0; x < volume.size().x; ++x) {
            for (int z = 0; z < volume.size().z; ++z) {
                const Vec3 d =
                    volume.geometry().to_patient({double(x), double(y), double(z)}) - phantom.centre_mm;
                if (d.z > phantom.radius_mm + 2 || d.x > phantom.radius_mm + 6) volume.at(x, y, z) = 300;
            }
        }
    const auto after = patch_of(volume, phantom.centre_mm);
    double difference = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        difference += static_cast<double>(std::abs(before[i] - after[i]));
    EXPECT_LT(difference / static_cast<double>(before.size()), 5);
}

TEST(NodulePatch, follows_the_patient_not_the_voxels) {
    const Phantom phantom;
    const Volume straight = make_phantom(phantom);
    Geometry turned = straight.geometry();
    const Size3 size = straight.size();
    turned.origin_mm = straight.geometry().to_patient({size.x - 1.0, size.y - 1.0, 0});
    turned.x_axis = {-1, 0, 0};
    turned.y_axis = {0, -1, 0};
    Volume flipped(size, turned);
    for (int z = 0; z < size.z; ++z)
        for (int y = 0; y < size.y; ++y)
            for (int x = 0; x < size.x; ++x)
                flipped.at(x, y, z) = straight.at(size.x - 1 - x, size.y - 1 - y, z);
    const auto a = patch_of(straight, phantom.centre_mm), b = patch_of(flipped, phantom.centre_mm);
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 0.5);
}

TEST(NodulePatch, checks_its_buffer) {
    const Phantom phantom;
    const Volume volume = make_phantom(phantom);
    const auto found = segment_nodule(volume, phantom.centre_mm);
    ASSERT_TRUE(found.has_value());
    std::vector<float> small(7);
    EXPECT_THROW(canonical_patch(volume, *found, kSide, 1.0, small), InvariantBroken);
}

}  // namespace
}  // namespace huizhen::imaging
