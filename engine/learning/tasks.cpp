#include <charconv>

#include <huizhen/learning/tasks.h>

#include "ct_crops.h"
#include "report_stage.h"
#include "synthetic_linear.h"

namespace huizhen::learning {
namespace {

Error unknown(std::string_view name) {
    return {ErrorCode::kUnsupported, "this version knows no task \"" + std::string(name) + '"'};
}

// "synthetic-linear/1" or "synthetic-linear/1:<parameters>"
Result<std::size_t> synthetic_parameters(std::string_view name) {
    std::string_view rest = name.substr(std::string_view(kSyntheticName).size());
    if (rest.empty()) return kSyntheticDefaultParameters;
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), count);
    if (rest[0] != ':' || error != std::errc() || end != rest.data() + rest.size())
        return fail(unknown(name));
    if (count < kSyntheticMinParameters || count > kSyntheticMaxParameters) {
        return fail(ErrorCode::kLimitExceeded, "a synthetic task has 17 to 2^30 parameters");
    }
    return count;
}

Status check_cases(const CaseSet& set, std::string_view name, std::size_t heads) {
    if (!set.cases.empty() && set.task != name) {
        return fail(ErrorCode::kMalformedInput, "the cases belong to another task than " + std::string(name));
    }
    for (const Case& one : set.cases) {
        if (one.labels.size() != heads) {
            return fail(ErrorCode::kMalformedInput,
                        "a case of " + std::string(name) + " has " + std::to_string(heads) + " labels");
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<LearningTask>> make_task(std::string_view name, CaseSet cases,
                                                const TaskSettings& settings, engine::Context& context) {
    if (name.starts_with(kSyntheticName)) {
        HZ_ASSIGN(const std::size_t parameters, synthetic_parameters(name));
        return make_synthetic_linear(std::string(name), settings.site, parameters, settings.held_out_fold);
    }
    HZ_ASSIGN(const auto heads, heads_of(name));
    HZ_TRY(check_cases(cases, name, heads.size()));
    return name == kCtCropsName ? make_ct_crops(std::move(cases), settings.held_out_fold, context)
                                : make_report_stage(std::move(cases), settings.held_out_fold, context);
}

std::vector<std::string> importable_tasks() { return {kCtCropsName, kReportStageName}; }

Result<std::vector<std::string>> heads_of(std::string_view task) {
    if (task == kCtCropsName) return ct_crops_heads();
    if (task == kReportStageName) return report_stage_heads();
    return fail(unknown(task));
}

}  // namespace huizhen::learning
