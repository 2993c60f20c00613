#include <bit>
#include <cstring>

#include <sys/stat.h>
#include <zlib.h>

#include <huizhen/volume/nifti.h>
#include <huizhen/volume/orient.h>

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 348;
constexpr std::size_t kMaxHeaderExtensionBytes = std::size_t{1} << 20;

enum class DataType : int {
    kUint8 = 2,
    kInt16 = 4,
    kInt32 = 8,
    kFloat32 = 16,
    kFloat64 = 64,
    kInt8 = 256,
    kUint16 = 512,
    kUint32 = 768
};

std::size_t bytes_per_voxel(DataType type) {
    switch (type) {
        case DataType::kUint8:
        case DataType::kInt8: return 1;
        case DataType::kInt16:
        case DataType::kUint16: return 2;
        case DataType::kInt32:
        case DataType::kUint32:
        case DataType::kFloat32: return 4;
        case DataType::kFloat64: return 8;
    }
    return 0;
}

template <typename T>
T load(const std::byte* at, bool swapped) {
    std::array<std::byte, sizeof(T)> raw;
    std::memcpy(raw.data(), at, sizeof(T));
    if (swapped) std::reverse(raw.begin(), raw.end());
    return std::bit_cast<T>(raw);
}

struct Header {
    bool swapped = false;
    DataType type = DataType::kInt16;
    Size3 size;
    Geometry geometry;  // LPS
    std::size_t data_offset = 0;
    double slope = 1, intercept = 0;
};

// Columns i, j, k of the affine and its translation, in NIfTI's RAS+ millimetres.
struct Affine {
    std::array<Vec3, 3> columns;
    Vec3 translation;
};

Affine quaternion_affine(const std::byte* h, bool swapped, const std::array<double, 4>& pixdim) {
    const auto f = [&](std::size_t at) { return static_cast<double>(load<float>(h + at, swapped)); };
    const double b = f(256), c = f(260), d = f(264);
    const double a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
    const double handed = pixdim[0] < 0 ? -1 : 1;
    // nifti1.h, "METHOD 2"
    return {{pixdim[1] * Vec3{a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)},
             pixdim[2] * Vec3{2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)},
             (handed * pixdim[3]) *
                 Vec3{2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c}},
            {f(268), f(272), f(276)}};
}

Affine read_affine(const std::byte* h, bool swapped) {
    const auto f = [&](std::size_t at) { return static_cast<double>(load<float>(h + at, swapped)); };
    std::array<double, 4> pixdim{};
    for (std::size_t i = 0; i < 4; ++i) pixdim[i] = f(76 + 4 * i);
    if (load<std::int16_t>(h + 254, swapped) > 0) {
        Affine affine;
        for (std::size_t i = 0; i < 3; ++i)
            affine.columns[i] = {f(280 + 4 * i), f(296 + 4 * i), f(312 + 4 * i)};
        affine.translation = {f(292), f(308), f(324)};
        return affine;
    }
    if (load<std::int16_t>(h + 252, swapped) > 0) return quaternion_affine(h, swapped, pixdim);
    return {{Vec3{pixdim[1], 0, 0}, Vec3{0, pixdim[2], 0}, Vec3{0, 0, pixdim[3]}}, {}};
}

Result<Geometry> read_geometry(const std::byte* h, bool swapped) {
    const Affine affine = read_affine(h, swapped);
    const auto to_lps = [](Vec3 v) { return Vec3{-v.x, -v.y, v.z}; };
    std::array<double, 3> spacing{};
    std::array<Vec3, 3> axes;
    for (std::size_t i = 0; i < 3; ++i) {
        spacing[i] = norm(affine.columns[i]);
        if (!(spacing[i] > 1e-6 && spacing[i] < 1e4)) {
            return fail(ErrorCode::kMalformedInput, "the NIfTI affine has no usable voxel size");
        }
        axes[i] = (1 / spacing[i]) * to_lps(affine.columns[i]);
    }
    constexpr double kOrthogonal = 1e-3;
    if (std::abs(dot(axes[0], axes[1])) > kOrthogonal || std::abs(dot(axes[0], axes[2])) > kOrthogonal ||
        std::abs(dot(axes[1], axes[2])) > kOrthogonal) {
        return fail(ErrorCode::kMalformedInput, "the NIfTI affine is sheared: resample the image first");
    }
    return Geometry{
        to_lps(affine.translation), {spacing[0], spacing[1], spacing[2]}, axes[0], axes[1], axes[2]};
}

Result<Size3> read_size(const std::byte* h, bool swapped) {
    std::array<int, 8> dim{};
    for (std::size_t i = 0; i < 8; ++i) dim[i] = load<std::int16_t>(h + 40 + 2 * i, swapped);
    if (dim[0] < 1 || dim[0] > 7) return fail(ErrorCode::kMalformedInput, "NIfTI dim[0] is not 1 to 7");
    for (int i = 1; i <= dim[0]; ++i) {
        if (dim[static_cast<std::size_t>(i)] < 1)
            return fail(ErrorCode::kMalformedInput, "a NIfTI dimension is not positive");
        if (i > 3 && dim[static_cast<std::size_t>(i)] > 1) {
            return fail(ErrorCode::kUnsupported, "the NIfTI image has more than three dimensions");
        }
    }
    const Size3 size{dim[1], dim[0] >= 2 ? dim[2] : 1, dim[0] >= 3 ? dim[3] : 1};
    if (size.count() > kMaxNiftiVoxels)
        return fail(ErrorCode::kLimitExceeded, "the NIfTI image has too many voxels");
    return size;
}

Result<Header> parse_header(const std::byte* h) {
    Header header;
    const auto declared = load<std::int32_t>(h, false);
    header.swapped = declared != static_cast<int>(kHeaderBytes);
    if (header.swapped && load<std::int32_t>(h, true) != static_cast<int>(kHeaderBytes)) {
        return fail(ErrorCode::kMalformedInput, "not a NIfTI-1 file: the header does not start with 348");
    }
    if (std::memcmp(h + 344, "n+1\0", 4) != 0) {
        return fail(ErrorCode::kUnsupported, "only single-file NIfTI-1 (magic n+1) is read");
    }
    header.type = static_cast<DataType>(load<std::int16_t>(h + 70, header.swapped));
    if (bytes_per_voxel(header.type) == 0)
        return fail(ErrorCode::kUnsupported, "NIfTI data type is not a real scalar");
    HZ_ASSIGN(header.size, read_size(h, header.swapped));
    HZ_ASSIGN(header.geometry, read_geometry(h, header.swapped));
    const auto offset = load<float>(h + 108, header.swapped);
    if (!(offset >= 348 && offset < static_cast<float>(kMaxHeaderExtensionBytes))) {
        return fail(ErrorCode::kMalformedInput, "NIfTI vox_offset is out of range");
    }
    header.data_offset = static_cast<std::size_t>(offset);
    const auto slope = load<float>(h + 112, header.swapped), intercept = load<float>(h + 116, header.swapped);
    if (std::isfinite(slope) && slope != 0 && std::isfinite(intercept)) {
        header.slope = slope;
        header.intercept = intercept;
    }
    return header;
}

// gzread of exactly `count` bytes; plain files pass through zlib unchanged.
bool read_exactly(gzFile file, std::byte* to, std::size_t count) {
    constexpr std::size_t kChunk = std::size_t{1} << 24;
    while (count > 0) {
        const auto got = gzread(file, to, static_cast<unsigned>(std::min(count, kChunk)));
        if (got <= 0) return false;
        to += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

struct Image {
    Header header;
    std::vector<std::byte> data;
};

Result<Image> read_image(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return fail(ErrorCode::kNotFound, "no such file");
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) {
        return errno == EACCES ? fail(ErrorCode::kPermissionDenied, "the file may not be read by this user")
                               : fail(ErrorCode::kIo, "the file cannot be opened");
    }
    gzbuffer(file.get(), 1U << 17);
    std::array<std::byte, kHeaderBytes> raw;
    if (!read_exactly(file.get(), raw.data(), raw.size())) {
        return fail(ErrorCode::kMalformedInput, "the file ends inside the NIfTI header");
    }
    Image image;
    HZ_ASSIGN(image.header, parse_header(raw.data()));
    std::vector<std::byte> skipped(image.header.data_offset - kHeaderBytes);
    image.data.resize(image.header.size.count() * bytes_per_voxel(image.header.type));
    if (!read_exactly(file.get(), skipped.data(), skipped.size()) ||
        !read_exactly(file.get(), image.data.data(), image.data.size())) {
        return fail(ErrorCode::kMalformedInput, "the NIfTI data is truncated");
    }
    return image;
}

template <typename Stored, typename Voxel, typename Convert>
void convert_as(const Image& image, Grid<Voxel>& grid, const Convert& convert) {
    const std::byte* at = image.data.data();
    for (Voxel& voxel : grid.voxels()) {
        const auto value = static_cast<double>(load<Stored>(at, image.header.swapped));
        voxel = convert(value * image.header.slope + image.header.intercept);
        at += sizeof(Stored);
    }
}

template <typename Voxel, typename Convert>
Result<Grid<Voxel>> read_grid(const fs::path& path, const Convert& convert) {
    auto image = read_image(path);
    if (!image) return fail(image.error().within(path.filename().string()));
    Grid<Voxel> grid(image->header.size, image->header.geometry);
    switch (image->header.type) {
        case DataType::kUint8: convert_as<std::uint8_t>(*image, grid, convert); break;
        case DataType::kInt8: convert_as<std::int8_t>(*image, grid, convert); break;
        case DataType::kInt16: convert_as<std::int16_t>(*image, grid, convert); break;
        case DataType::kUint16: convert_as<std::uint16_t>(*image, grid, convert); break;
        case DataType::kInt32: convert_as<std::int32_t>(*image, grid, convert); break;
        case DataType::kUint32: convert_as<std::uint32_t>(*image, grid, convert); break;
        case DataType::kFloat32: convert_as<float>(*image, grid, convert); break;
        case DataType::kFloat64: convert_as<double>(*image, grid, convert); break;
    }
    return to_patient_order(std::move(grid));
}

}  // namespace

Result<Volume> read_nifti_volume(const fs::path& path) {
    return read_grid<std::int16_t>(path, [](double value) {
        if (std::isnan(value)) return kOutsideHu;
        return static_cast<std::int16_t>(std::lround(std::clamp(value, -32768.0, 32767.0)));
    });
}

Result<Mask> read_nifti_mask(const fs::path& path) {
    return read_grid<std::uint8_t>(
        path, [](double value) { return static_cast<std::uint8_t>(value > 0.5 ? 1 : 0); });
}

}  // namespace huizhen::imaging
