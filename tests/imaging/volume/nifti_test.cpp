#include <cstring>
#include <fstream>

#include <zlib.h>

#include <huizhen/test_support/data.h>
#include <huizhen/test_support/unprivileged.h>
#include <huizhen/volume/nifti.h>

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

template <typename T>
void put(std::string& bytes, std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

// A 3 x 2 x 2 int16 image whose voxels count up, RAS axes negative in x and y, as LIDC's files are.
std::string small_nifti() {
    std::string bytes(352 + 12 * 2, '\0');
    put<std::int32_t>(bytes, 0, 348);
    const std::array<std::int16_t, 8> dim{3, 3, 2, 2, 1, 1, 1, 1};
    for (std::size_t i = 0; i < 8; ++i) put(bytes, 40 + 2 * i, dim[i]);
    put<std::int16_t>(bytes, 70, 4);
    put<std::int16_t>(bytes, 72, 16);
    const std::array<float, 4> pixdim{1, 0.5F, 0.5F, 2};
    for (std::size_t i = 0; i < 4; ++i) put(bytes, 76 + 4 * i, pixdim[i]);
    put<float>(bytes, 108, 352);
    put<std::int16_t>(bytes, 254, 1);
    const std::array<float, 12> srow{-0.5F, 0, 0, 10, 0, -0.5F, 0, 20, 0, 0, 2, 30};
    for (std::size_t i = 0; i < 12; ++i) put(bytes, 280 + 4 * i, srow[i]);
    std::memcpy(bytes.data() + 344, "n+1", 4);
    for (std::int16_t i = 0; i < 12; ++i) put(bytes, 352 + 2 * static_cast<std::size_t>(i), i);
    return bytes;
}

fs::path write(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
    const fs::path path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

fs::path write_gzipped(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
    const fs::path path = folder.path() / name;
    const gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path;
}

TEST(Nifti, places_voxels_in_lps_along_left_back_and_up) {
    const TemporaryFolder folder;
    const auto volume = read_nifti_volume(write_gzipped(folder, "a.nii.gz", small_nifti()));
    ASSERT_TRUE(volume) << volume.error().to_string();
    EXPECT_EQ(volume->size(), (Size3{3, 2, 2}));
    EXPECT_DOUBLE_EQ(volume->geometry().x_axis.x, 1);
    EXPECT_DOUBLE_EQ(volume->geometry().y_axis.y, 1);
    EXPECT_DOUBLE_EQ(volume->geometry().z_axis.z, 1);
    EXPECT_DOUBLE_EQ(volume->geometry().origin_mm.x, -10);
    EXPECT_DOUBLE_EQ(volume->geometry().origin_mm.y, -20);
    EXPECT_DOUBLE_EQ(volume->geometry().origin_mm.z, 30);
    EXPECT_DOUBLE_EQ(volume->geometry().spacing_mm.z, 2);
    EXPECT_EQ(volume->at(2, 1, 1), 11);
}

TEST(Nifti, reorders_ras_files_so_that_x_runs_to_the_left) {
    std::string bytes = small_nifti();
    put<float>(bytes, 280, 0.5F);  // +x to the right
    const TemporaryFolder folder;
    const auto volume = read_nifti_volume(write(folder, "a.nii", bytes));
    ASSERT_TRUE(volume);
    EXPECT_DOUBLE_EQ(volume->geometry().x_axis.x, 1);
    EXPECT_DOUBLE_EQ(volume->geometry().origin_mm.x, -11);
    EXPECT_EQ(volume->at(0, 0, 0), 2);
    EXPECT_EQ(volume->at(2, 0, 0), 0);
}

TEST(Nifti, uses_the_quaternion_where_there_is_no_sform) {
    std::string bytes = small_nifti();
    put<std::int16_t>(bytes, 254, 0);
    put<std::int16_t>(bytes, 252, 1);
    put<float>(bytes, 264, 1);  // d = 1: half a turn about z, which is small_nifti's own orientation
    put<float>(bytes, 268, 10);
    put<float>(bytes, 272, 20);
    put<float>(bytes, 276, 30);
    const TemporaryFolder folder;
    const auto volume = read_nifti_volume(write(folder, "a.nii", bytes));
    ASSERT_TRUE(volume);
    EXPECT_NEAR(volume->geometry().origin_mm.x, -10, 1e-6);
    EXPECT_NEAR(volume->geometry().x_axis.x, 1, 1e-6);
    EXPECT_EQ(volume->at(1, 0, 0), 1);
}

TEST(Nifti, applies_slope_and_intercept_and_makes_masks) {
    std::string bytes = small_nifti();
    put<float>(bytes, 112, 2);
    put<float>(bytes, 116, -3);
    const TemporaryFolder folder;
    const fs::path path = write(folder, "a.nii", bytes);
    EXPECT_EQ(read_nifti_volume(path)->at(2, 0, 0), 1);
    const auto mask = read_nifti_mask(path);
    ASSERT_TRUE(mask);
    EXPECT_EQ(mask->at(1, 0, 0), 0);
    EXPECT_EQ(mask->at(2, 0, 0), 1);
}

TEST(Nifti, refuses_what_is_truncated_oversized_or_something_else) {
    const TemporaryFolder folder;
    const std::string good = small_nifti();
    for (std::size_t length : {std::size_t{0}, std::size_t{100}, std::size_t{350}, good.size() - 1}) {
        const auto volume = read_nifti_volume(write(folder, "cut.nii", good.substr(0, length)));
        ASSERT_FALSE(volume);
        EXPECT_EQ(volume.error().code(), ErrorCode::kMalformedInput);
        EXPECT_NE(volume.error().message().find("cut.nii"), std::string::npos);
    }
    std::string huge = good;
    for (std::size_t i = 1; i <= 3; ++i) put<std::int16_t>(huge, 40 + 2 * i, 32767);
    EXPECT_EQ(read_nifti_volume(write(folder, "huge.nii", huge)).error().code(), ErrorCode::kLimitExceeded);
    std::string sheared = good;
    put<float>(sheared, 284, 0.4F);
    EXPECT_EQ(read_nifti_volume(write(folder, "s.nii", sheared)).error().code(), ErrorCode::kMalformedInput);
    EXPECT_EQ(read_nifti_volume(write(folder, "x.nii", std::string(400, 'x'))).error().code(),
              ErrorCode::kMalformedInput);
    EXPECT_EQ(read_nifti_volume(folder.path() / "absent.nii").error().code(), ErrorCode::kNotFound);
}

TEST(Nifti, refuses_a_file_it_may_not_read) {
    const TemporaryFolder folder;
    const fs::path path = write(folder, "a.nii", small_nifti());
    fs::permissions(path, fs::perms::none);
    const huizhen::testing::UnprivilegedFileAccess as_user;
    EXPECT_EQ(read_nifti_volume(path).error().code(), ErrorCode::kPermissionDenied);
}

TEST(Nifti, reads_image_and_mask_of_the_demo_nodule_on_one_grid) {
    const auto root = HZ_NEED_DATA(huizhen::testing::data_folder());
    const auto image = read_nifti_volume(root / "lidc-nodules/demo/image/LIDC-IDRI-0314_R_1.nii.gz");
    const auto mask = read_nifti_mask(root / "lidc-nodules/demo/mask/LIDC-IDRI-0314_R_1.nii.gz");
    ASSERT_TRUE(image);
    ASSERT_TRUE(mask);
    EXPECT_EQ(image->size(), mask->size());
    const Vec3 voxel = image->geometry().to_voxel({-57.439, 131.233, -520.359});  // from the truth file
    const auto at = [&](const auto& grid) {
        return grid.at(static_cast<int>(std::lround(voxel.x)), static_cast<int>(std::lround(voxel.y)),
                       static_cast<int>(std::lround(voxel.z)));
    };
    EXPECT_EQ(at(*mask), 1);
    EXPECT_GT(at(*image), -200);
}

}  // namespace
}  // namespace huizhen::imaging
