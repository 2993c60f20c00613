#include <map>

#include <huizhen/node/cohorts/csv.h>

#include "cohort_kinds.h"

namespace huizhen::node {
namespace {

// Of a TNM or stage group, what counts; unknown for anything else ("TX", "NX", empty).
float at_least(std::string_view value, std::string_view prefix, std::string_view low, std::string_view high) {
    if (!value.starts_with(prefix)) return learning::kUnknown;
    value.remove_prefix(prefix.size());
    if (value.empty()) return learning::kUnknown;
    if (high.find(value[0]) != high.npos) return 1;
    return low.find(value[0]) != low.npos ? 0.0F : learning::kUnknown;
}

// "Stage IIIA" -> 1, "Stage IB" -> 0
float late_stage(std::string_view value) {
    constexpr std::string_view kPrefix = "Stage ";
    if (!value.starts_with(kPrefix)) return learning::kUnknown;
    value.remove_prefix(kPrefix.size());
    const std::string_view group = value.substr(0, std::min(value.find_first_not_of("IV"), value.size()));
    if (group == "III" || group == "IV") return 1;
    return group == "I" || group == "II" ? 0.0F : learning::kUnknown;
}

using Rows = std::map<std::string, std::size_t>;

Result<Rows> by_patient(const CsvTable& table, const char* name) {
    Rows rows;
    auto column = table.column("patient_id");
    if (!column) return fail(column.error().within(name));
    for (std::size_t row = 0; row < table.rows(); ++row) rows.emplace(table.at(row, *column), row);
    return rows;
}

}  // namespace

Result<Cohort> read_pathology_cohort(const std::filesystem::path& folder, const SiteFilter& site) {
    HZ_ASSIGN(const CsvTable reports, read_csv(folder / "lung_reports.csv"));
    HZ_ASSIGN(const CsvTable clinical, read_csv(folder / "lung_clinical.csv"));
    HZ_ASSIGN(const CsvTable splits, read_csv(folder / "lung_splits.csv"));
    HZ_ASSIGN(const Rows facts, by_patient(clinical, "lung_clinical.csv"));
    HZ_ASSIGN(const Rows hospitals, by_patient(splits, "lung_splits.csv"));
    HZ_ASSIGN(const std::size_t patient, reports.column("patient_id"));
    HZ_ASSIGN(const std::size_t file, reports.column("patient_filename"));
    HZ_ASSIGN(const std::size_t text, reports.column("text"));
    HZ_ASSIGN(const std::size_t stage, clinical.column("pathologic_stage"));
    HZ_ASSIGN(const std::size_t t, clinical.column("pathologic_T"));
    HZ_ASSIGN(const std::size_t n, clinical.column("pathologic_N"));
    HZ_ASSIGN(const std::size_t institution, splits.column("institution"));

    Cohort cohort{"report-stage/1", {}, 0};
    std::vector<std::string> there;
    bool found = false;
    for (std::size_t row = 0; row < reports.rows(); ++row) {
        const std::string& who = reports.at(row, patient);
        const auto hospital = hospitals.find(who);
        const auto fact = facts.find(who);
        if (hospital != hospitals.end()) there.push_back(splits.at(hospital->second, institution));
        if (site && (hospital == hospitals.end() || there.back() != *site)) continue;
        found = true;
        learning::Case content;
        content.fold = fold_of(who);
        content.text = reports.at(row, text);
        if (content.text.size() > learning::kMaxTextBytes) {
            return fail(ErrorCode::kLimitExceeded,
                        "lung_reports.csv: row " + std::to_string(row + 1) + ": the text is over 1 MiB");
        }
        if (fact == facts.end() || content.text.empty()) {
            ++cohort.left_out;
            continue;
        }
        content.labels = {late_stage(clinical.at(fact->second, stage)),
                          at_least(clinical.at(fact->second, t), "T", "1", "234"),
                          at_least(clinical.at(fact->second, n), "N", "0", "123")};
        if (std::all_of(content.labels.begin(), content.labels.end(),
                        [](float l) { return std::isnan(l); })) {
            ++cohort.left_out;
            continue;
        }
        cohort.cases.push_back(
            {Phi<std::string>(who), Phi<std::string>(reports.at(row, file)), std::move(content)});
    }
    if (site && !found) return fail(no_such_site(*site, std::move(there)));
    return cohort;
}

}  // namespace huizhen::node
