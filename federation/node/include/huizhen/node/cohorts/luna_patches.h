#pragma once

// luna-patches: axial patches around nodule candidates of LUNA16, nodule or not.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::node {

inline constexpr int kLunaSide = 50;
inline constexpr double kLunaLowHu = -1000, kLunaHighHu = 400;  // HU of 0 and 255

struct LunaPatches {
    std::vector<std::uint8_t> pixels;     // [n, kLunaSide, kLunaSide]
    std::vector<int> is_nodule;           // 0 or 1
    std::vector<std::int64_t> candidate;  // the row in LUNA16's candidate list, which goes series by series

    std::size_t size() const { return is_nodule.size(); }
    // The series of most patches is not known, but a run of neighbouring rows is. Fold k is the k-th of
    // `folds` equal runs of rows, so that at most folds - 1 series are cut apart.
    std::vector<int> folds(int folds) const;
};

// Reads labels_<split>.csv and patches_u8_<split>.npz in `folder`.
Result<LunaPatches> read_luna_patches(const std::filesystem::path& folder, std::string_view split);

}  // namespace huizhen::node
