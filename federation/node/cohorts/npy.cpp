#include <bit>
#include <charconv>
#include <cstring>

#include <huizhen/base/check.h>
#include <huizhen/base/file.h>
#include <huizhen/node/cohorts/npz.h>

namespace huizhen::node {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are read in place");

tl::unexpected<Error> broken(const char* what) {
    return fail(ErrorCode::kMalformedInput, std::string("npy array: ") + what);
}

std::size_t element_size(std::string_view type) {
    if (type == "|u1" || type == "|i1") return 1;
    if (type == "<i2" || type == "<u2") return 2;
    if (type == "<i4" || type == "<f4") return 4;
    if (type == "<i8" || type == "<f8") return 8;
    return 0;
}

// The text after "'key':" of the header, which numpy writes as a Python dictionary literal.
Result<std::string_view> value_of(std::string_view header, std::string_view key) {
    const std::string quoted = "'" + std::string(key) + "':";
    const std::size_t at = header.find(quoted);
    if (at == std::string_view::npos) return broken("a header key is missing");
    std::string_view rest = header.substr(at + quoted.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return rest;
}

Result<std::vector<std::size_t>> parse_shape(std::string_view text) {
    const std::size_t close = text.find(')');
    if (!text.starts_with('(') || close == std::string_view::npos) return broken("the shape is not a tuple");
    text = text.substr(1, close - 1);
    std::vector<std::size_t> shape;
    while (!text.empty()) {
        if (text.front() == ' ' || text.front() == ',') {
            text.remove_prefix(1);
            continue;
        }
        std::size_t extent = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
        if (error != std::errc()) return broken("the shape holds something that is not a number");
        if (shape.size() == kMaxArrayDimensions)
            return fail(ErrorCode::kLimitExceeded, "npy array: too many dimensions");
        shape.push_back(extent);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    return shape;
}

template <typename T>
constexpr std::string_view kTypeName = "";
template <>
constexpr std::string_view kTypeName<std::uint8_t> = "|u1";
template <>
constexpr std::string_view kTypeName<std::int16_t> = "<i2";
template <>
constexpr std::string_view kTypeName<float> = "<f4";

template <typename T>
void widen(const std::vector<std::byte>& data, std::vector<double>& out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
        out[i] = static_cast<double>(value);
    }
}

}  // namespace

std::size_t NpyArray::count() const {
    std::size_t count = 1;
    for (const std::size_t extent : shape) count *= extent;
    return count;
}

Result<std::vector<double>> NpyArray::as_doubles() const {
    std::vector<double> out(count());
    if (type == "|u1") widen<std::uint8_t>(data, out);
    if (type == "|i1") widen<std::int8_t>(data, out);
    if (type == "<i2") widen<std::int16_t>(data, out);
    if (type == "<u2") widen<std::uint16_t>(data, out);
    if (type == "<i4") widen<std::int32_t>(data, out);
    if (type == "<i8") widen<std::int64_t>(data, out);
    if (type == "<f4") widen<float>(data, out);
    if (type == "<f8") widen<double>(data, out);
    const double exact = 9007199254740992.0;  // 2^53
    if (type == "<i8" && std::any_of(out.begin(), out.end(), [&](double v) { return std::abs(v) > exact; })) {
        return fail(ErrorCode::kLimitExceeded, "npy array: an integer past 2^53");
    }
    return out;
}

template <typename T>
Result<std::vector<T>> NpyArray::as() const {
    if (type != kTypeName<T>) return broken("the elements are of another type than expected");
    std::vector<T> out(count());
    std::memcpy(out.data(), data.data(), data.size());
    return out;
}

template Result<std::vector<std::uint8_t>> NpyArray::as<std::uint8_t>() const;
template Result<std::vector<std::int16_t>> NpyArray::as<std::int16_t>() const;
template Result<std::vector<float>> NpyArray::as<float>() const;

Result<NpyArray> parse_npy(std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with("\x93NUMPY") || text.size() < 12) return broken("no magic number");
    const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(bytes[at]); };
    const std::size_t version = byte(6);
    if (version < 1 || version > 3) return fail(ErrorCode::kUnsupported, "npy array: unknown format version");
    const std::size_t header_at = version == 1 ? 10 : 12;
    std::size_t header_size = byte(8) | byte(9) << 8;
    if (version > 1) header_size |= byte(10) << 16 | byte(11) << 24;
    if (header_size > text.size() - header_at) return broken("the header is cut off");
    const std::string_view header = text.substr(header_at, header_size);

    NpyArray array;
    HZ_ASSIGN(const auto type, value_of(header, "descr"));
    HZ_ASSIGN(const auto order, value_of(header, "fortran_order"));
    HZ_ASSIGN(const auto shape, value_of(header, "shape"));
    if (type.size() < 5 || type[0] != '\'' || type[4] != '\'')
        return fail(ErrorCode::kUnsupported, "npy array: a structured type");
    array.type = type.substr(1, 3);
    const std::size_t size = element_size(array.type);
    if (size == 0) return fail(ErrorCode::kUnsupported, "npy array: elements of type " + array.type);
    if (!order.starts_with("False")) return fail(ErrorCode::kUnsupported, "npy array: Fortran order");
    HZ_ASSIGN(array.shape, parse_shape(shape));

    const auto data = bytes.subspan(header_at + header_size);
    std::size_t wanted = size;
    for (const std::size_t extent : array.shape) {
        if (extent != 0 && wanted > kMaxMemberBytes / extent)
            return fail(ErrorCode::kLimitExceeded, "npy array: too large");
        wanted *= extent;
    }
    if (wanted != data.size()) return broken("the data is not as long as the shape says");
    array.data.assign(data.begin(), data.end());
    return array;
}

Result<std::map<std::string, NpyArray>> read_npz(const std::filesystem::path& path) {
    const auto named = [&](const Error& error) { return fail(error.within(path.filename().string())); };
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxArchiveBytes));
    const auto members = read_zip(bytes);
    if (!members) return named(members.error());
    std::map<std::string, NpyArray> arrays;
    for (const auto& [name, member] : *members) {
        if (!name.ends_with(".npy")) continue;
        auto array = parse_npy(member);
        if (!array) return named(array.error().within(name));
        arrays.emplace(name.substr(0, name.size() - 4), *std::move(array));
    }
    return arrays;
}

}  // namespace huizhen::node
