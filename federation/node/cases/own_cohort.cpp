#include <set>

#include <huizhen/learning/tasks.h>
#include <huizhen/node/cohorts/csv.h>
#include <huizhen/node/cohorts/npz.h>

#include "cohort_kinds.h"

namespace huizhen::node {
namespace {

struct Columns {
    std::size_t patient = 0, id = 0;
    std::vector<std::size_t> heads;
    std::optional<std::size_t> site, size, spacing, text;
};

std::optional<std::size_t> maybe(const CsvTable& table, std::string_view name) {
    const auto column = table.column(name);
    return column ? std::optional(*column) : std::nullopt;
}

Result<Columns> columns_of(const CsvTable& table, std::string_view task) {
    Columns columns;
    HZ_ASSIGN(columns.patient, table.column("patient"));
    HZ_ASSIGN(columns.id, table.column("case"));
    HZ_ASSIGN(const auto heads, learning::heads_of(task));
    for (const std::string& head : heads) {
        HZ_ASSIGN(const std::size_t column, table.column(head));
        columns.heads.push_back(column);
    }
    columns.site = maybe(table, "site");
    columns.size = maybe(table, "size_mm");
    columns.spacing = maybe(table, "spacing_mm");
    columns.text = maybe(table, "text");
    return columns;
}

// The row is named as a person counts it, without the header; its values are not, they are patients'.
Error bad_row(std::size_t row, const std::string& what) {
    return {ErrorCode::kMalformedInput, "row " + std::to_string(row + 1) + ": " + what};
}

Result<float> read_label(const CsvTable& table, std::size_t row, std::size_t column) {
    if (table.at(row, column).empty()) return learning::kUnknown;
    const auto label = table.number(row, column);
    if (label == 0.0 || label == 1.0) return static_cast<float>(*label);
    return fail(bad_row(row, "column " + table.columns()[column] + " is not 0, 1 or empty"));
}

struct Pictures {
    std::size_t side = 0;
    std::vector<std::int16_t> hu;
};

Result<Pictures> read_pictures(const std::filesystem::path& path, std::size_t rows) {
    HZ_ASSIGN(const auto arrays, read_npz(path));
    const auto found = arrays.find("hu");
    if (found == arrays.end() || found->second.shape.size() != 3 || found->second.shape[0] != rows ||
        found->second.shape[1] != found->second.shape[2] || found->second.shape[1] > learning::kMaxSide) {
        return fail(
            ErrorCode::kMalformedInput,
            "images.npz: not an array \"hu\" with one square picture of at most 512 pixels a side per "
            "row of cases.csv");
    }
    Pictures pictures{found->second.shape[1], {}};
    HZ_ASSIGN(pictures.hu, found->second.as<std::int16_t>());
    return pictures;
}

Result<CohortCase> read_row(const CsvTable& table, std::size_t row, const Columns& columns,
                            const Pictures& pictures) {
    const std::string& patient = table.at(row, columns.patient);
    const std::string& id = table.at(row, columns.id);
    if (patient.empty() || id.empty()) return fail(bad_row(row, "no patient or no case"));
    learning::Case content;
    content.fold = fold_of(patient);
    for (const std::size_t column : columns.heads) {
        HZ_ASSIGN(const float label, read_label(table, row, column));
        content.labels.push_back(label);
    }
    if (columns.size) {
        content.size_mm = static_cast<float>(
            table.number(row, *columns.size).value_or(static_cast<double>(learning::kUnknown)));
    }
    if (pictures.side > 0) {
        const auto spacing = columns.spacing ? table.number(row, *columns.spacing) : std::nullopt;
        if (!spacing || *spacing <= 0) return fail(bad_row(row, "no pixel spacing in column spacing_mm"));
        content.spacing_mm = static_cast<float>(*spacing);
        content.side = static_cast<int>(pictures.side);
        const std::size_t pixels = pictures.side * pictures.side;
        const auto hu = std::span(pictures.hu).subspan(row * pixels, pixels);
        content.hu.assign(hu.begin(), hu.end());
    }
    if (columns.text) {
        content.text = table.at(row, *columns.text);
        if (content.text.size() > learning::kMaxTextBytes)
            return fail(bad_row(row, "the text is over 1 MiB"));
    }
    return CohortCase{Phi<std::string>(patient), Phi<std::string>(id), std::move(content)};
}

bool all_unknown(const std::vector<float>& labels) {
    return std::all_of(labels.begin(), labels.end(), [](float label) { return std::isnan(label); });
}

}  // namespace

Result<Cohort> read_own_cohort(const std::filesystem::path& folder, std::string_view task,
                               const SiteFilter& site) {
    HZ_ASSIGN(const CsvTable table, read_csv(folder / "cases.csv"));
    auto columns = columns_of(table, task);
    if (!columns) return fail(columns.error().within("cases.csv"));
    if (site && !columns->site) {
        return fail(ErrorCode::kMalformedInput, "cases.csv: no column site to choose a hospital by");
    }
    Pictures pictures;
    if (std::filesystem::exists(folder / "images.npz")) {
        HZ_ASSIGN(pictures, read_pictures(folder / "images.npz", table.rows()));
    }
    Cohort cohort{std::string(task), {}, 0};
    std::vector<std::string> sites;
    std::set<std::string> seen;
    bool found = false;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (!seen.insert(table.at(row, columns->id)).second) {
            return fail(bad_row(row, "its case is in the table twice").within("cases.csv"));
        }
        if (columns->site) sites.push_back(table.at(row, *columns->site));
        if (site && sites.back() != *site) continue;
        found = true;
        auto one = read_row(table, row, *columns, pictures);
        if (!one) return fail(one.error().within("cases.csv"));
        if (all_unknown(one->content.labels)) {
            ++cohort.left_out;
            continue;
        }
        cohort.cases.push_back(*std::move(one));
    }
    if (site && !found) return fail(no_such_site(*site, std::move(sites)));
    return cohort;
}

}  // namespace huizhen::node
