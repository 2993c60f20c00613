#pragma once

// Cases of a learning task as a hospital brings them: read from a folder, with the identifiers they have
// there. Marks take the identifiers' place before anything is kept (case_file.h).
//
// Three kinds of folder are read:
//   labels_dev.csv, crops_hu_dev.npz               lidc-crops, for ct-crops/1; cases whose readers' mean is
//                                                  exactly 3 are left out
//   lung_reports.csv, lung_clinical.csv,           pathology-reports, for report-stage/1
//   lung_splits.csv
//   cases.csv, and for pictures images.npz         any hospital's own, for every task:
//     cases.csv: columns `patient`, `case` (unique), one per head of the task (0, 1, or empty: not known),
//     optionally `site` and `size_mm`; with pictures `spacing_mm`, else `text`
//     images.npz: array "hu", int16 [rows of cases.csv, side, side], in HU

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/phi.h>
#include <huizhen/base/result.h>
#include <huizhen/learning/case_set.h>

namespace huizhen::node {

struct CohortCase {
    Phi<std::string> patient, id;  // as the hospital names them
    learning::Case content;        // id and patient still empty; the fold is set
};

struct Cohort {
    std::string task;
    std::vector<CohortCase> cases;
    std::size_t left_out = 0;  // without a label that counts
};

// `site`: the scanner's maker (lidc-crops), the hospital (pathology-reports) or the column `site`; only its
// cases. kNotFound where the folder has none of it, naming those it has, or holds no kind of cohort.
Result<Cohort> read_cohort(const std::filesystem::path& folder, std::string_view task,
                           const std::optional<std::string>& site);

// The fold of Case::fold: patient_fold() of the identifier, the same at every hospital.
int fold_of(const std::string& patient);

// Fold `fold` takes the place of 0, the one held out, and the others follow in turn.
void hold_out(Cohort& cohort, int fold);

// What stands for an identifier; the same each time.
using Marker = std::function<learning::Mark(std::string_view kind, std::string_view identifier)>;
learning::CaseSet marked(const Cohort& cohort, const Marker& marker);

}  // namespace huizhen::node
