#pragma once

// A task whose model is a network of the engine's layers, with one logit per head.

#include <huizhen/learning/learning_task.h>
#include <huizhen/nn/layers.h>
#include <huizhen/nn/parameters.h>

#include "local_steps.h"

namespace huizhen::learning {

// Kinds by name: a parameter below a scope whose name begins with "norm" is one of a normalisation.
ParameterLayout layout_of(const engine::ParameterSet& parameters);
std::vector<float> values_of(const engine::ParameterSet& parameters);

class NetworkTask : public LearningTask, private Objective {
  public:
    const std::string& name() const final { return name_; }
    const std::vector<std::string>& heads() const final { return heads_; }
    const ParameterLayout& layout() const final { return layout_; }
    const CaseCounts& counts() const final { return counts_; }
    Result<TrainResult> train(std::span<const float> start, const TrainOptions& options,
                              const std::stop_token& stop, ProgressSink& progress) final;
    Result<Evaluation> evaluate(std::span<const float> weights, const std::stop_token& stop,
                                ProgressSink& progress) final;

  protected:
    // `set` is checked: every case has one label per head.
    NetworkTask(std::string name, std::vector<std::string> heads, CaseSet set, int held_out_fold,
                engine::Context& context);

    // Once, by the derived constructor, after it has built its network in parameters().
    void parameters_are_complete();

    engine::ParameterSet& parameters() { return parameters_; }
    engine::Context& context() const { return parameters_.context(); }
    const Case& case_at(std::size_t k) const { return set_.cases[k]; }
    std::size_t case_count() const { return set_.cases.size(); }

    // [n, heads] for cases numbered as in case_at(). `random` null: as they are, for evaluation.
    virtual engine::Tensor logits(std::span<const std::size_t> cases, engine::Philox* random) = 0;

  private:
    std::size_t size() const final { return training_.size(); }
    double gradient(std::span<const float> weights, std::span<const std::size_t> batch,
                    engine::Philox& random, std::span<float> gradient) final;
    void put(std::span<const float> weights);

    std::string name_;
    std::vector<std::string> heads_;
    CaseSet set_;
    CaseCounts counts_;
    engine::ParameterSet parameters_;
    ParameterLayout layout_;
    std::vector<bool> decays_;
    std::vector<std::size_t> training_, held_out_;
    std::vector<int> patient_numbers_;  // by case
};

}  // namespace huizhen::learning
