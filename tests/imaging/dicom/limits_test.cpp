// Files that lie about their size, or that grow when unpacked.

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <zlib.h>

#include <huizhen/dicom/image.h>
#include <huizhen/dicom/limits.h>

#include "phantom.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

Result<Image> read_after(const std::function<void(DcmDataset&, int)>& edit,
                         const char* transfer_syntax = nullptr) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume({24, 20, 1}));
    if (transfer_syntax != nullptr) phantom::transcode(folder.path(), transfer_syntax);
    phantom::edit(folder.path(), edit);
    return read_image(phantom::files(folder.path()).front());
}

void expect_failure(const Result<Image>& image, ErrorCode code, std::string_view words) {
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code(), code);
    EXPECT_NE(image.error().message().find(words), std::string::npos) << image.error().message();
    EXPECT_NE(image.error().message().find("IM00001.dcm"), std::string::npos) << image.error().message();
}

auto put(const DcmTagKey& key, int value) {
    return [key, value](DcmDataset& data, int) {
        ASSERT_TRUE(data.putAndInsertUint16(key, static_cast<Uint16>(value)).good());
    };
}

auto put(const DcmTagKey& key, const char* value) {
    return [key, value](DcmDataset& data, int) { ASSERT_TRUE(data.putAndInsertString(key, value).good()); };
}

TEST(Limits, refuse_dimensions_beyond_them_before_allocating) {
    expect_failure(read_after(put(DCM_Rows, 60000)), ErrorCode::kLimitExceeded,
                   "(0028,0010) is beyond what is read (8192)");
    expect_failure(read_after(put(DCM_Columns, 60000)), ErrorCode::kLimitExceeded, "(0028,0011)");
    expect_failure(read_after(put(DCM_NumberOfFrames, "999999999")), ErrorCode::kLimitExceeded,
                   "(0028,0008)");
    expect_failure(read_after([](DcmDataset& data, int) {
                       put(DCM_Rows, 8192)(data, 0);
                       put(DCM_Columns, 8192)(data, 0);
                       put(DCM_NumberOfFrames, "20000")(data, 0);
                   }),
                   ErrorCode::kLimitExceeded, "more voxels");
}

TEST(Limits, refuse_headers_that_promise_more_pixels_than_there_are) {
    expect_failure(read_after(put(DCM_Rows, 21)), ErrorCode::kMalformedInput, "(7FE0,0010) has 960 bytes");
    expect_failure(read_after(put(DCM_NumberOfFrames, "3")), ErrorCode::kMalformedInput, "(7FE0,0010)");
    for (const char* syntax : {"1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80"}) {
        expect_failure(read_after(put(DCM_Rows, 8192), syntax), ErrorCode::kMalformedInput, "(7FE0,0010)");
        expect_failure(read_after(put(DCM_NumberOfFrames, "3"), syntax), ErrorCode::kMalformedInput,
                       "(7FE0,0010)");
    }
}

TEST(Limits, refuse_headers_that_contradict_themselves) {
    expect_failure(read_after(put(DCM_Rows, 0)), ErrorCode::kMalformedInput, "(0028,0010)");
    expect_failure(read_after(put(DCM_BitsStored, 17)), ErrorCode::kLimitExceeded, "(0028,0101)");
    expect_failure(read_after(put(DCM_HighBit, 3)), ErrorCode::kMalformedInput, "(0028,0102)");
    expect_failure(read_after(put(DCM_BitsAllocated, 32)), ErrorCode::kUnsupported, "(0028,0100)");
    expect_failure(read_after(put(DCM_NumberOfFrames, "-1")), ErrorCode::kMalformedInput, "(0028,0008)");
    expect_failure(read_after(put(DCM_SamplesPerPixel, 3)), ErrorCode::kUnsupported, "colour");
}

// Records are kept for each frame before any pixel is decoded.
TEST(Limits, refuse_thousands_of_frames_in_a_short_file_while_headers_are_read) {
    for (const char* syntax : {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.70"}) {
        SCOPED_TRACE(syntax);
        const TemporaryFolder folder;
        phantom::write(folder.path(), phantom::volume({24, 20, 1}));
        phantom::transcode(folder.path(), syntax);
        phantom::edit(folder.path(), put(DCM_NumberOfFrames, "20000"));
        const auto series = phantom::load(folder.path());
        ASSERT_FALSE(series);
        EXPECT_EQ(series.error().code(), ErrorCode::kMalformedInput);
        EXPECT_NE(series.error().message().find("IM00001.dcm: (7FE0,0010) has "), std::string::npos)
            << series.error().message();
    }
}

TEST(Limits, refuse_more_frames_than_a_folder_may_hold) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume({24, 20, 1}));
    phantom::edit(folder.path(), [](DcmDataset& data, int) {
        for (const auto& key : {DCM_Rows, DCM_Columns, DCM_BitsAllocated, DCM_BitsStored})
            put(key, 1)(data, 0);
        put(DCM_BitsAllocated, 8)(data, 0);
        put(DCM_HighBit, 0)(data, 0);
        put(DCM_NumberOfFrames, "20000")(data, 0);
        const std::vector<Uint8> pixels(20'000);
        ASSERT_TRUE(data.putAndInsertUint8Array(DCM_PixelData, pixels.data(), pixels.size()).good());
    });
    const fs::path first = phantom::files(folder.path()).front();
    for (int i = 0; i < 10; ++i) fs::copy_file(first, folder.path() / ("copy-" + std::to_string(i)));
    const auto series = phantom::load(folder.path());
    ASSERT_FALSE(series);
    EXPECT_EQ(series.error().code(), ErrorCode::kLimitExceeded);
    EXPECT_NE(series.error().message().find("frames in one folder"), std::string::npos)
        << series.error().message();
}

TEST(Limits, stop_a_deflated_bomb) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume({24, 20, 1}));
    phantom::transcode(folder.path(), "1.2.840.10008.1.2.1.99");
    const fs::path path = phantom::files(folder.path()).front();
    const std::string file = phantom::read_bytes(path);
    // The group length (0002,0000) stands at byte 140 and counts from byte 144.
    std::uint32_t meta_length = 0;
    std::memcpy(&meta_length, file.data() + 140, sizeof meta_length);
    // 64 MB of zeros behind the tag and length of a text: 64 kB deflated.
    std::string inner("\x08\x00\x30\x10UT\x00\x00\x00\x00\x00\x04", 12);
    inner.resize(std::size_t{64} << 20, '\0');
    std::vector<Bytef> packed(compressBound(inner.size()));
    z_stream stream{};
    ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(inner.data());
    stream.avail_in = static_cast<uInt>(inner.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const std::size_t packed_size = stream.total_out;
    deflateEnd(&stream);
    phantom::write_bytes(path, file.substr(0, 144 + meta_length) +
                                   std::string(reinterpret_cast<const char*>(packed.data()), packed_size));
    expect_failure(read_image(path), ErrorCode::kLimitExceeded,
                   "deflated data set grows beyond what is read");
}

TEST(Limits, refuse_folders_that_nest_too_deep) {
    const TemporaryFolder folder;
    fs::path deep = folder.path();
    for (int i = 0; i < kMaxFolderDepth + 1; ++i) deep /= "d";
    fs::create_directories(deep);
    EXPECT_EQ(phantom::load(folder.path()).error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace huizhen::imaging
