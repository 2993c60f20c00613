#include "matrix_text.h"

#include <cmath>

#include <federation/v1/coordinator.pb.h>
#include <fmt/format.h>

#include "commands/table.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

std::string state_text(v1::ModelState state) {
    switch (state) {
        case v1::MODEL_STATE_CANDIDATE: return "candidate";
        case v1::MODEL_STATE_CURRENT: return "current";
        case v1::MODEL_STATE_ACCEPTED_EARLIER: return "accepted earlier";
        case v1::MODEL_STATE_REJECTED: return "rejected";
        case v1::MODEL_STATE_ROLLED_BACK: return "rolled back";
        case v1::MODEL_STATE_SHADOW: return "shadow";
        default: return "-";
    }
}

std::string figure(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3f}", value); }

std::string auc_text(const v1::Measures& measures) {
    if (!measures.known() || std::isnan(measures.auc())) return "-";
    return fmt::format("{:.3f} [{:.3f}, {:.3f}]", measures.auc(), measures.auc_low(), measures.auc_high());
}

}  // namespace

std::string model_text(const v1::ModelVersion& model) {
    return fmt::format("{} of {}: {}{}\n", short_digest(model.digest()), model.task(),
                       state_text(model.state()), model.reason().empty() ? "" : ": " + model.reason());
}

std::string models_text(const v1::ListModelsReply& reply) {
    std::vector<Row> rows = {{"MODEL", "TASK", "STATE", "MADE", "PLAN", "SITES", "SIZE", "DECIDED BY"}};
    for (const v1::ModelVersion& model : reply.models())
        rows.push_back({short_digest(model.digest()), model.task(), state_text(model.state()),
                        time_text(model.made_unix_ms()), model.plan().empty() ? "-" : model.plan(),
                        std::to_string(model.sites_size()), bytes_text(model.size_bytes()),
                        model.decided_by().empty() ? "-" : model.decided_by()});
    return rows.size() == 1 ? "No models yet.\n" : table(rows);
}

std::string matrix_text(const v1::Matrix& matrix) {
    std::vector<Row> rows = {{"SITE", "HEAD", "CASES", "POSITIVE", "AUC BEFORE", "AUC AFTER", "DIFFERENCE",
                              "ECE BEFORE", "ECE AFTER"}};
    for (const v1::SiteResult& row : matrix.sites()) {
        const v1::Measures& before = row.old_model();
        const v1::Measures& after = row.new_model();
        const std::string difference = std::isnan(row.difference())
                                           ? "-"
                                           : fmt::format("{:+.3f} [{:+.3f}, {:+.3f}]", row.difference(),
                                                         row.difference_low(), row.difference_high());
        rows.push_back(
            {row.site(), row.head(), std::to_string(after.cases()), std::to_string(after.positive_cases()),
             auc_text(before), auc_text(after), before.known() ? difference : "-",
             before.known() ? figure(before.calibration_error()) : "-", figure(after.calibration_error())});
    }
    std::string text = "Model " + short_digest(matrix.candidate()) + " against " +
                       short_digest(matrix.current()) + ", each on the sites' own held-out cases\n\n" +
                       table(rows) + '\n';
    for (const v1::Finding& finding : matrix.verdict())
        text += fmt::format("{} {}: {}\n",
                            finding.severity() == v1::Finding::SEVERITY_BLOCKING ? "FAILED" : "      ",
                            finding.name(), finding.sentence());
    return text + (matrix.passes() ? "The rules let it pass.\n" : "The rules do not let it pass.\n");
}

}  // namespace huizhen::coordinator
