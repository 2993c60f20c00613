// The same phantom in every transfer syntax that can be written here must come back voxel for voxel.

#include <cstring>

#include <huizhen/dicom/image.h>

#include "phantom.h"

namespace huizhen::imaging {
namespace {

using huizhen::testing::TemporaryFolder;

void expect_same_voxels(const Volume& read, const Volume& written, int tolerance) {
    ASSERT_EQ(read.size(), written.size());
    for (std::size_t i = 0; i < read.voxels().size(); ++i) {
        ASSERT_NEAR(read.voxels()[i], written.voxels()[i], tolerance) << "voxel " << i;
    }
}

struct Syntax {
    const char* uid;
    const char* name;

    // Names the test; the default would print an address, another one in every run.
    friend void PrintTo(const Syntax& syntax, std::ostream* out) { *out << syntax.uid; }
};

class LosslessTransferSyntax : public ::testing::TestWithParam<Syntax> {};

TEST_P(LosslessTransferSyntax, gives_back_the_written_volume) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    phantom::write(folder.path(), written);
    phantom::transcode(folder.path(), GetParam().uid);
    const auto image = read_image(phantom::files(folder.path()).front());
    ASSERT_TRUE(image) << image.error().to_string();
    EXPECT_EQ(image->transfer_syntax, GetParam().name);
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_same_voxels(series->volume, written, 0);
    EXPECT_FALSE(phantom::has_finding(*series, "lossy-compression"));
}

INSTANTIATE_TEST_SUITE_P(All, LosslessTransferSyntax,
                         ::testing::Values(Syntax{"1.2.840.10008.1.2", "implicit VR little endian"},
                                           Syntax{"1.2.840.10008.1.2.1", "explicit VR little endian"},
                                           Syntax{"1.2.840.10008.1.2.2", "explicit VR big endian"},
                                           Syntax{"1.2.840.10008.1.2.1.99",
                                                  "deflated explicit VR little endian"},
                                           Syntax{"1.2.840.10008.1.2.5", "RLE lossless"},
                                           Syntax{"1.2.840.10008.1.2.4.57", "JPEG lossless"},
                                           Syntax{"1.2.840.10008.1.2.4.70", "JPEG lossless, first-order"},
                                           Syntax{"1.2.840.10008.1.2.4.80", "JPEG-LS lossless"}));

TEST(LossyTransferSyntax, is_read_and_reported) {
    const TemporaryFolder folder;
    const Volume written = phantom::volume();
    phantom::write(folder.path(), written);
    phantom::transcode(folder.path(), "1.2.840.10008.1.2.4.81");
    const auto series = phantom::load(folder.path());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_same_voxels(series->volume, written, 2);  // DCMTK's default for near-lossless JPEG-LS
    EXPECT_TRUE(series->info.lossy_compressed);
    EXPECT_TRUE(phantom::has_finding(*series, "lossy-compression"));
}

TEST(Jpeg2000Series, of_a_body_ct_is_assembled) {
    const auto folder = HZ_NEED_DATA(huizhen::testing::unpacked("ct-series/totseg-body-j2k.tar.xz"));
    const auto series = phantom::load(folder);
    ASSERT_TRUE(series) << series.error().to_string();
    EXPECT_EQ(series->volume.size(), (Size3{512, 512, 20}));
    EXPECT_NEAR(series->volume.geometry().spacing_mm.z, 2, 1e-6);
    EXPECT_TRUE(phantom::has_finding(*series, "no-series-uid"));
    // Of the volume that pydicom, pylibjpeg and numpy make of the same files, as little-endian int16.
    EXPECT_EQ(to_hex(sha256(std::as_bytes(series->volume.voxels()))),
              "0d9f62d8433a424e582d5a4478ba5af0eff3f5c3589fc90af21b0c448fd0ff5e");
}

class CompressedTransferSyntax : public ::testing::TestWithParam<Syntax> {};

// Only the last fragment's length is made to lie, so that the container stays whole and the codec has to
// notice.
TEST_P(CompressedTransferSyntax, with_half_a_stream_is_refused_not_filled_with_grey) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume({64, 64, 1}));
    phantom::transcode(folder.path(), GetParam().uid);
    const auto path = phantom::files(folder.path()).front();
    const std::string bytes = phantom::read_bytes(path);
    const std::string pixel_data("\xE0\x7F\x10\x00OB\x00\x00\xFF\xFF\xFF\xFF", 12),
        item("\xFE\xFF\x00\xE0", 4);
    const auto table = bytes.find(pixel_data) + pixel_data.size();
    const auto fragment = bytes.find(item, table + 4);
    ASSERT_NE(fragment, std::string::npos);
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + fragment + 4, sizeof length);
    const std::uint32_t half = length / 2 & ~1U;
    std::string cut =
        bytes.substr(0, fragment + 8 + half) + std::string("\xFE\xFF\xDD\xE0\x00\x00\x00\x00", 8);
    std::memcpy(cut.data() + fragment + 4, &half, sizeof half);
    phantom::write_bytes(path, cut);
    const auto image = read_image(path);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code(), ErrorCode::kMalformedInput);
    EXPECT_NE(image.error().message().find("(7FE0,0010)"), std::string::npos) << image.error().message();
}

INSTANTIATE_TEST_SUITE_P(All, CompressedTransferSyntax,
                         ::testing::Values(Syntax{"1.2.840.10008.1.2.5", "RLE lossless"},
                                           Syntax{"1.2.840.10008.1.2.4.57", "JPEG lossless"},
                                           Syntax{"1.2.840.10008.1.2.4.70", "JPEG lossless, first-order"},
                                           Syntax{"1.2.840.10008.1.2.4.80", "JPEG-LS lossless"},
                                           Syntax{"1.2.840.10008.1.2.4.81", "JPEG-LS near-lossless"}));

// The transfer syntax UID in the file meta information, replaced by one of the same length.
std::string with_syntax(std::string bytes, std::string_view from, std::string_view to) {
    const auto at = bytes.find(from);
    bytes.replace(at, from.size(), to);
    return bytes;
}

TEST(UnreadTransferSyntax, is_refused_by_name) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    phantom::transcode(folder.path(), "1.2.840.10008.1.2.4.70");
    const auto path = phantom::files(folder.path()).front();
    const std::string bytes = phantom::read_bytes(path);
    constexpr std::string_view kOld = "1.2.840.10008.1.2.4.70";
    for (const auto& [uid, name] : std::map<std::string, std::string>{
             {"1.2.840.10008.1.2.4.94", "JPIP"}, {"1.2.840.10008.1.2.4.92", "JPEG 2000 part 2"}}) {
        phantom::write_bytes(path, with_syntax(bytes, kOld, uid));
        const auto image = read_image(path);
        ASSERT_FALSE(image);
        EXPECT_EQ(image.error().code(), ErrorCode::kUnsupported);
        EXPECT_NE(image.error().message().find(name), std::string::npos) << image.error().message();
        const auto series = phantom::load(folder.path());
        ASSERT_FALSE(series);
        EXPECT_EQ(series.error().code(), ErrorCode::kUnsupported);
    }
}

TEST(UnreadTransferSyntax, that_nobody_knows_is_refused) {
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    const auto path = phantom::files(folder.path()).front();
    phantom::write_bytes(
        path, with_syntax(phantom::read_bytes(path), "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.8"));
    EXPECT_EQ(read_image(path).error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace huizhen::imaging
