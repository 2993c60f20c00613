#include <huizhen/aggregation/layout.h>
#include <huizhen/aggregation/vector_parts.h>
#include <huizhen/base/check.h>

namespace huizhen::aggregation {

std::uint64_t values_of(const Layout& layout) {
    std::uint64_t values = 0;
    for (const LayoutTensor& tensor : layout) values += tensor.count;
    return values;
}

ReadPart read_from(std::span<const float> values) {
    return [values](std::uint64_t first, std::span<float> into) -> Status {
        HZ_CHECK(first <= values.size() && into.size() <= values.size() - first, "a part of the vector");
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), into.size(), into.begin());
        return {};
    };
}

AppendPart append_to(std::span<float> values) {
    return [values](std::span<const float> part) mutable -> Status {
        HZ_CHECK(part.size() <= values.size(), "a part of the vector");
        std::copy(part.begin(), part.end(), values.begin());
        values = values.subspan(part.size());
        return {};
    };
}

}  // namespace huizhen::aggregation
