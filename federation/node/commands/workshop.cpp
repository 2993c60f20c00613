#include "workshop.h"

#include <huizhen/learning/tasks.h>

namespace huizhen::node {
namespace {

// Drawn, not imported: what shows that a federation works.
bool is_synthetic(std::string_view task) { return task.starts_with("synthetic-linear/"); }

}  // namespace

std::vector<std::string> NodeTasks::offered() const {
    std::vector<std::string> tasks;
    for (const std::string& task : learning::importable_tasks())
        if (std::filesystem::exists(store_.file_of(task))) tasks.push_back(task);
    return tasks;
}

Status NodeTasks::can_learn(const std::string& task) const {
    if (is_synthetic(task)) return {};
    HZ_TRY(learning::heads_of(task));
    if (std::filesystem::exists(store_.file_of(task))) return {};
    return fail(ErrorCode::kNotFound, "this node has no cases for " + task);
}

Result<std::unique_ptr<learning::LearningTask>> NodeTasks::make(const std::string& task) {
    learning::CaseSet cases;
    cases.task = task;
    if (!is_synthetic(task)) {
        HZ_ASSIGN(cases, store_.load(task));
    }
    learning::TaskSettings settings;
    settings.site = site_;
    return learning::make_task(task, std::move(cases), settings, context_);
}

}  // namespace huizhen::node
