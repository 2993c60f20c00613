#include <csetjmp>

#include <png.h>

#include <huizhen/base/file.h>
#include <huizhen/render/picture.h>

namespace huizhen::imaging {
namespace {

void append(png_structp png, png_bytep data, png_size_t size) {
    auto* bytes = static_cast<std::vector<std::byte>*>(png_get_io_ptr(png));
    const auto* begin = reinterpret_cast<const std::byte*>(data);
    bytes->insert(bytes->end(), begin, begin + size);
}

void no_flush(png_structp) {}

// Only plain data lives in this frame, since libpng leaves it by longjmp on failure.
bool encode(const Picture& image, png_structp png, png_infop info, std::vector<std::byte>* bytes) {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_set_write_fn(png, bytes, append, no_flush);
    png_set_compression_level(png, 6);
    png_set_IHDR(png, info, static_cast<png_uint_32>(image.width()), static_cast<png_uint_32>(image.height()),
                 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const Rgb* pixels = image.pixels().data();
    for (int y = 0; y < image.height(); ++y) {
        png_write_row(
            png, reinterpret_cast<png_const_bytep>(pixels + static_cast<std::ptrdiff_t>(y) * image.width()));
    }
    png_write_end(png, info);
    return true;
}

}  // namespace

static_assert(sizeof(Rgb) == 3, "rows go to libpng as they lie");

Result<std::vector<std::byte>> encode_png(const Picture& image) {
    std::vector<std::byte> bytes;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    if (png == nullptr) return fail(ErrorCode::kOutOfMemory, "the PNG encoder could not start");
    png_infop info = png_create_info_struct(png);
    const bool done = info != nullptr && encode(image, png, info, &bytes);
    png_destroy_write_struct(&png, &info);
    if (!done) return fail(ErrorCode::kInternal, "the PNG encoder failed");
    return bytes;
}

Status write_png(const Picture& image, const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, encode_png(image));
    return write_file_atomically(path, bytes);
}

}  // namespace huizhen::imaging
