#pragma once

// What the site can learn, as the program gives it.

#include <memory>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/learning/learning_task.h>

namespace huizhen::site {

class TaskSource {
  public:
    virtual ~TaskSource() = default;
    // Names of the tasks for which there are cases now.
    virtual std::vector<std::string> offered() const = 0;
    // Whether make() would find cases, without reading them. Any thread.
    virtual Status can_learn(const std::string& task) const = 0;
    // With the site's cases. kNotFound: there are none. One thread at a time.
    virtual Result<std::unique_ptr<learning::LearningTask>> make(const std::string& task) = 0;
};

}  // namespace huizhen::site
