#pragma once

// Shapes and element types.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine {

// f32 everywhere, i32 for indices. bf16 and i8 are storage that a backend may accept.
enum class DType : std::int32_t { kF32 = HZ_F32, kBf16 = HZ_BF16, kI8 = HZ_I8, kI32 = HZ_I32 };

std::size_t dtype_size(DType dtype);
std::string_view dtype_name(DType dtype);

// At most HZ_MAX_RANK extents, each at least 0. A value; rank 0 is a scalar.
class Shape {
  public:
    Shape() = default;
    Shape(std::initializer_list<std::int64_t> dims);
    explicit Shape(std::span<const std::int64_t> dims);

    int rank() const { return rank_; }
    std::int64_t operator[](int axis) const;  // negative counts from the end
    std::span<const std::int64_t> dims() const { return {dims_.data(), static_cast<std::size_t>(rank_)}; }
    std::int64_t count() const;  // the product; 1 for a scalar

    Shape with(int axis, std::int64_t extent) const;
    bool operator==(const Shape& other) const;
    std::string to_string() const;  // "[16, 32, 8, 8, 8]"

    int normal_axis(int axis) const;  // axis, counted from the front

  private:
    std::array<std::int64_t, HZ_MAX_RANK> dims_{};
    int rank_ = 0;
};

}  // namespace huizhen::engine
