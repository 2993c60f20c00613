#pragma once

// The tasks this version knows, by name.

#include <memory>
#include <string_view>
#include <vector>

#include <huizhen/learning/learning_task.h>
#include <huizhen/tensor/context.h>

namespace huizhen::learning {

struct TaskSettings {
    int held_out_fold = 0;  // of kFolds; another one only for cross-validation
    std::string site;       // what synthetic data is drawn from; nothing else looks at it
};

// "ct-crops/1", "report-stage/1", "synthetic-linear/1" and "synthetic-linear/1:<parameters>". Cases of
// another task, or without what the task needs, are kMalformedInput; a name no one knows is kUnsupported.
// A coordinator gives an empty set and uses layout() and initial(). The context outlives the task.
Result<std::unique_ptr<LearningTask>> make_task(std::string_view name, CaseSet cases,
                                                const TaskSettings& settings, engine::Context& context);

// Those that a hospital imports cases for.
std::vector<std::string> importable_tasks();
// The heads of such a task, in the order of Case::labels; kUnsupported.
Result<std::vector<std::string>> heads_of(std::string_view task);

}  // namespace huizhen::learning
