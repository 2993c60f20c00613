#include <numeric>

#include <huizhen/node/cohorts/csv.h>
#include <huizhen/node/cohorts/luna_patches.h>
#include <huizhen/node/cohorts/npz.h>

namespace huizhen::node {

std::vector<int> LunaPatches::folds(int folds) const {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return candidate[a] < candidate[b]; });
    std::vector<int> fold(size());
    for (std::size_t place = 0; place < order.size(); ++place) {
        fold[order[place]] = static_cast<int>(place * static_cast<std::size_t>(folds) / order.size());
    }
    return fold;
}

Result<LunaPatches> read_luna_patches(const std::filesystem::path& folder, std::string_view split) {
    const std::string labels = "labels_" + std::string(split) + ".csv",
                      pixels = "patches_u8_" + std::string(split) + ".npz";
    HZ_ASSIGN(const CsvTable table, read_csv(folder / labels));
    HZ_ASSIGN(const auto arrays, read_npz(folder / pixels));
    const auto images = arrays.find("img"), rows = arrays.find("index");
    if (images == arrays.end() || rows == arrays.end()) {
        return fail(ErrorCode::kMalformedInput, pixels + ": arrays img and index are expected");
    }
    HZ_ASSIGN(const std::size_t row_column, table.column("luna_candidate_index"));
    HZ_ASSIGN(const std::size_t label_column, table.column("is_nodule"));
    HZ_ASSIGN(const auto row_numbers, rows->second.as_doubles());
    const std::vector<std::size_t> shape{table.rows(), kLunaSide, kLunaSide};
    if (images->second.shape != shape || row_numbers.size() != table.rows()) {
        return fail(ErrorCode::kMalformedInput, pixels + ": not one 50 x 50 patch per row of " + labels);
    }
    LunaPatches patches;
    HZ_ASSIGN(patches.pixels, images->second.as<std::uint8_t>());
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const auto candidate = table.number(row, row_column), label = table.number(row, label_column);
        if (!candidate || !label || *candidate != row_numbers[row]) {
            return fail(ErrorCode::kMalformedInput, labels + ": row " + std::to_string(row + 1) +
                                                        " is not that of the patch at its place");
        }
        patches.candidate.push_back(static_cast<std::int64_t>(*candidate));
        patches.is_nodule.push_back(*label != 0 ? 1 : 0);
    }
    return patches;
}

}  // namespace huizhen::node
