#pragma once

// Real data for tests: where it is, and what a test does without it.

#include <filesystem>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

namespace huizhen::testing {

// HUIZHEN_DATA, or ../shared/data beside the checkout; nothing where that folder is absent.
std::optional<std::filesystem::path> data_folder();

// True where a missing data set is a failure, not a skip: HUIZHEN_REQUIRE_DATA=1.
bool data_is_required();

// The folder an archive of the data folder ("ct-series/LIDC-IDRI-0314.tar.xz") was unpacked to: once per
// machine user, in a cache folder; nothing where the archive is absent.
std::optional<std::filesystem::path> unpacked(std::string_view archive);

// A folder that is made for one test and removed with it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace huizhen::testing

// At the start of a test: `const auto root = HZ_NEED_DATA(testing::data_folder());`
#define HZ_NEED_DATA(optional_path)                                                          \
    __extension__({                                                                          \
        auto hz_path = (optional_path);                                                      \
        if (!hz_path) {                                                                      \
            if (::huizhen::testing::data_is_required()) FAIL() << "required data is absent"; \
            GTEST_SKIP() << "skipped: no data";                                              \
        }                                                                                    \
        *hz_path;                                                                            \
    })
