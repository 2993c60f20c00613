#include <huizhen/base/check.h>
#include <huizhen/tensor/shape.h>

namespace huizhen::engine {

std::size_t dtype_size(DType dtype) {
    switch (dtype) {
        case DType::kF32:
        case DType::kI32: return 4;
        case DType::kBf16: return 2;
        case DType::kI8: return 1;
    }
    return 0;
}

std::string_view dtype_name(DType dtype) {
    switch (dtype) {
        case DType::kF32: return "f32";
        case DType::kI32: return "i32";
        case DType::kBf16: return "bf16";
        case DType::kI8: return "i8";
    }
    return "unknown";
}

Shape::Shape(std::initializer_list<std::int64_t> dims)
    : Shape(std::span<const std::int64_t>(dims.begin(), dims.size())) {}

Shape::Shape(std::span<const std::int64_t> dims) {
    HZ_CHECK(dims.size() <= HZ_MAX_RANK, "a shape has at most HZ_MAX_RANK axes");
    for (const std::int64_t extent : dims) {
        HZ_CHECK(extent >= 0, "an extent is not negative");
        dims_[static_cast<std::size_t>(rank_++)] = extent;
    }
}

int Shape::normal_axis(int axis) const {
    const int normal = axis < 0 ? axis + rank_ : axis;
    HZ_CHECK(normal >= 0 && normal < rank_, "an axis lies inside the rank");
    return normal;
}

std::int64_t Shape::operator[](int axis) const { return dims_[static_cast<std::size_t>(normal_axis(axis))]; }

std::int64_t Shape::count() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : dims()) product *= extent;
    return product;
}

Shape Shape::with(int axis, std::int64_t extent) const {
    HZ_CHECK(extent >= 0, "an extent is not negative");
    Shape other = *this;
    other.dims_[static_cast<std::size_t>(normal_axis(axis))] = extent;
    return other;
}

bool Shape::operator==(const Shape& other) const { return std::ranges::equal(dims(), other.dims()); }

std::string Shape::to_string() const {
    std::string text = "[";
    for (const std::int64_t extent : dims()) {
        if (text.size() > 1) text += ", ";
        text += std::to_string(extent);
    }
    return text + "]";
}

}  // namespace huizhen::engine
