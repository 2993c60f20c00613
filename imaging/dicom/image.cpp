#include <huizhen/dicom/image.h>

#include "pixel_access.h"
#include "stored_values.h"

namespace huizhen::imaging {
namespace {

Result<Image> decode_image(const PixelAccess& access) {
    const PixelLayout& layout = access.header().layout;
    Image image;
    image.info = series_info(access.file());
    image.transfer_syntax = access.file().syntax->name;
    image.size = {layout.columns, layout.rows, layout.frames};
    FrameScratch scratch;
    for (std::size_t i = 0; i < static_cast<std::size_t>(layout.frames); ++i) {
        HZ_ASSIGN(const auto frame, access.frame(i, scratch));
        // Grown a frame at a time: a header that promises many frames it does not hold costs nothing.
        image.stored.resize(image.stored.size() + layout.samples());
        unpack_stored(layout, frame, std::span(image.stored).last(layout.samples()));
        image.rescale.push_back(access.header().frames[i].rescale.value_or(Rescale{}));
    }
    return image;
}

template <typename T>
Result<T> named(Result<T> result, const std::filesystem::path& path) {
    if (!result) return fail(result.error().within(path.filename().string()));
    return result;
}

// DCMTK and the standard library report exhausted memory by exception; it ends here.
template <typename Read>
auto guarded(const Read& read) -> decltype(read()) {
    try {
        return read();
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::kOutOfMemory, "not enough memory to read the image");
    }
}

}  // namespace

Result<Image> read_image(std::span<const std::byte> bytes) {
    return guarded([&]() -> Result<Image> {
        HZ_ASSIGN(const PixelAccess access, PixelAccess::over(bytes));
        return decode_image(access);
    });
}

Result<Image> read_image(const std::filesystem::path& path) {
    return named(guarded([&]() -> Result<Image> {
                     HZ_ASSIGN(const PixelAccess access, PixelAccess::open(path));
                     return decode_image(access);
                 }),
                 path);
}

Result<SeriesInfo> read_series_info(std::span<const std::byte> bytes) {
    return guarded([&]() -> Result<SeriesInfo> {
        const auto file = parse_dicom_file(bytes, bytes.size());
        if (!file) return fail(file.error().error);
        return series_info(*file);
    });
}

Result<SeriesInfo> read_series_info(const std::filesystem::path& path) {
    return named(guarded([&]() -> Result<SeriesInfo> {
                     HZ_ASSIGN(const FileReader reader, FileReader::open(path));
                     const auto header = load_header(reader);
                     if (!header) return fail(header.error().error);
                     return series_info(header->file);
                 }),
                 path);
}

}  // namespace huizhen::imaging
