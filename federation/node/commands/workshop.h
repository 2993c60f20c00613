#pragma once

// What a site of the federation learns with here: this node's sealed cases, and its engine.

#include <filesystem>

#include <huizhen/node/cases/case_store.h>
#include <huizhen/node/engine_runtime.h>
#include <huizhen/site/tasks.h>

namespace huizhen::node {

// One thread at a time, but for what TaskSource says.
class NodeTasks final : public site::TaskSource {
  public:
    // All outlive it. `site`: the name that drawn cases follow from.
    NodeTasks(const std::filesystem::path& state, std::string site, const vault::KeyRing& ring,
              engine::Context& context)
        : store_(state, ring, system_random()), site_(std::move(site)), context_(context) {}

    std::vector<std::string> offered() const override;
    Status can_learn(const std::string& task) const override;
    Result<std::unique_ptr<learning::LearningTask>> make(const std::string& task) override;

  private:
    CaseStore store_;
    std::string site_;
    engine::Context& context_;
};

}  // namespace huizhen::node
