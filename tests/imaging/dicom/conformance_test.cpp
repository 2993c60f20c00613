// Every file of the conformance collection: read to the same stored values as pydicom reads, or refused with
// a reason. The expectations are facts computed by tests/interop/dicom_expected.py.

#include <fstream>
#include <map>
#include <sstream>

#include <huizhen/base/sha256.h>
#include <huizhen/dicom/image.h>
#include <huizhen/test_support/data.h>

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;

struct Expected {
    std::string size;  // "512x512x1", or "-"
    std::string digest_or_reason;
    double mean = 0, max = 0;
};

std::map<std::string, Expected> expectations() {
    std::map<std::string, Expected> table;
    std::ifstream file(CONFORMANCE_EXPECTED);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream fields(line);
        std::string path;
        Expected expected;
        std::getline(fields, path, '\t');
        std::getline(fields, expected.size, '\t');
        std::getline(fields, expected.digest_or_reason, '\t');
        if (expected.size != "-") fields >> expected.mean >> expected.max;
        table[path] = expected;
    }
    return table;
}

std::string digest(const Image& image) {
    const Sha256Digest hash =
        sha256(std::as_bytes(std::span(image.stored)));  // little-endian hosts only, as all ours are
    return to_hex(hash);
}

std::string size_name(const Image& image) {
    return std::to_string(image.size.x) + "x" + std::to_string(image.size.y) + "x" +
           std::to_string(image.size.z);
}

// DCT-coded JPEG: decoders agree only up to the rounding of the inverse transform (ISO 10918-2 allows 1
// either way).
bool is_rounded(const Image& image) {
    return image.transfer_syntax == "JPEG baseline" || image.transfer_syntax == "JPEG extended";
}

void expect_nearly_equal(const Image& image, const Expected& expected) {
    double sum = 0;
    std::int32_t max = image.stored.front();
    for (std::int32_t value : image.stored) {
        sum += value;
        max = std::max(max, value);
    }
    EXPECT_NEAR(sum / static_cast<double>(image.stored.size()), expected.mean, 0.1);
    EXPECT_NEAR(max, expected.max, 2);
}

TEST(Conformance, reads_every_file_as_pydicom_does_or_refuses_it_with_a_reason) {
    const auto root = HZ_NEED_DATA(huizhen::testing::unpacked("dicom-conformance/dicom-conformance.tar.xz"));
    const auto table = expectations();
    ASSERT_EQ(table.size(), 219U);
    std::size_t compared = 0, read = 0, refused = 0;
    for (const auto& [name, expected] : table) {
        SCOPED_TRACE(name);
        const auto image = read_image(root / name);
        if (!image) {
            ++refused;
            EXPECT_NE(image.error().message().find(fs::path(name).filename().string()), std::string::npos);
            EXPECT_TRUE(image.error().code() == ErrorCode::kMalformedInput ||
                        image.error().code() == ErrorCode::kUnsupported ||
                        image.error().code() == ErrorCode::kLimitExceeded)
                << image.error().to_string();
            // What pydicom reads, we read.
            EXPECT_TRUE(expected.size == "-") << image.error().to_string();
            continue;
        }
        ++read;
        if (expected.size == "-") continue;
        EXPECT_EQ(size_name(*image), expected.size);
        ++compared;
        if (is_rounded(*image)) {
            expect_nearly_equal(*image, expected);
        } else {
            EXPECT_EQ(digest(*image), expected.digest_or_reason) << image->transfer_syntax;
        }
    }
    RecordProperty("compared", static_cast<int>(compared));
    EXPECT_GE(compared, 100U);
    EXPECT_EQ(read + refused, 219U);
}

TEST(Conformance, refuses_htj2k_by_name) {
    const auto root = HZ_NEED_DATA(huizhen::testing::unpacked("dicom-conformance/dicom-conformance.tar.xz"));
    const auto image = read_image(root / "pydicom-data/HTJ2KLossless_08_RGB.dcm");
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(image.error().message().find("transfer syntax HTJ2K"), std::string::npos)
        << image.error().message();
}

}  // namespace
}  // namespace huizhen::imaging
