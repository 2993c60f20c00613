#include <gtest/gtest.h>

#include <huizhen/base/check.h>
#include <huizhen/tensor/shape.h>

namespace huizhen::engine {
namespace {

TEST(Shape, counts_and_prints) {
    const Shape shape{2, 3, 4};
    EXPECT_EQ(shape.count(), 24);
    EXPECT_EQ(shape[-1], 4);
    EXPECT_EQ(shape.with(1, 5).to_string(), "[2, 5, 4]");
    EXPECT_EQ(Shape{}.count(), 1);
    EXPECT_EQ((Shape{4, 0}).count(), 0);
    EXPECT_EQ(dtype_size(DType::kBf16), 2U);
}

TEST(Shape, refuses_axes_and_extents_out_of_range) {
    const Shape shape{2, 3};
    EXPECT_THROW(static_cast<void>(shape[2]), InvariantBroken);
    EXPECT_THROW(static_cast<void>(shape[-3]), InvariantBroken);
    EXPECT_THROW(Shape({-1}), InvariantBroken);
    EXPECT_THROW(Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}), InvariantBroken);
}

}  // namespace
}  // namespace huizhen::engine
