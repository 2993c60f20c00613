#include <huizhen/learning/tasks.h>
#include <huizhen/node/cases/cohort.h>
#include <huizhen/node/cohorts/lidc.h>

#include "cohort_kinds.h"

namespace huizhen::node {
namespace {

constexpr std::size_t kSitesNamed = 12;

}  // namespace

Error no_such_site(const std::string& site, std::vector<std::string> there) {
    std::sort(there.begin(), there.end());
    there.erase(std::unique(there.begin(), there.end()), there.end());
    std::string text = "no cases of \"" + site + "\" in this folder; it has cases of ";
    for (std::size_t k = 0; k < std::min(there.size(), kSitesNamed); ++k) {
        text += (k > 0 ? ", \"" : "\"") + there[k] + '"';
    }
    if (there.size() > kSitesNamed) text += " and " + std::to_string(there.size() - kSitesNamed) + " more";
    return {ErrorCode::kNotFound, text};
}

int fold_of(const std::string& patient) { return patient_fold(patient, learning::kFolds); }

void hold_out(Cohort& cohort, int fold) {
    for (CohortCase& one : cohort.cases) {
        int& own = one.content.fold;
        own = (own + learning::kFolds - fold) % learning::kFolds;
    }
}

Result<Cohort> read_cohort(const std::filesystem::path& folder, std::string_view task,
                           const std::optional<std::string>& site) {
    HZ_TRY(learning::heads_of(task));
    const auto has = [&](const char* name) { return std::filesystem::exists(folder / name); };
    if (!std::filesystem::is_directory(folder)) {
        return fail(ErrorCode::kNotFound, folder.string() + " is no folder");
    }
    if (has("cases.csv")) return read_own_cohort(folder, task, site);
    if (task == "ct-crops/1" && has("labels_dev.csv") && has("crops_hu_dev.npz")) {
        return read_lidc_crops_cohort(folder, site);
    }
    if (task == "report-stage/1" && has("lung_reports.csv")) return read_pathology_cohort(folder, site);
    return fail(ErrorCode::kNotFound, folder.string() + " holds no cohort for " + std::string(task) +
                                          ": neither cases.csv nor the files of a known research cohort");
}

learning::CaseSet marked(const Cohort& cohort, const Marker& marker) {
    learning::CaseSet set;
    set.task = cohort.task;
    for (const CohortCase& one : cohort.cases) {
        learning::Case content = one.content;
        content.patient = marker("patient", one.patient.reveal_phi("its mark is made here"));
        content.id = marker("case", one.id.reveal_phi("its mark is made here"));
        set.cases.push_back(std::move(content));
    }
    put_in_order(set);
    return set;
}

}  // namespace huizhen::node
