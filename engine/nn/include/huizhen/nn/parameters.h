#pragma once

// Named parameters: what a checkpoint holds and an optimiser moves.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/tensor/philox.h>
#include <huizhen/tensor/tensor.h>

namespace huizhen::engine {

struct Parameter {
    std::string name;  // "stem.0.conv.weight"
    Tensor value;
    bool decays = true;     // weight decay applies: matrices yes, biases and norms no
    bool trainable = true;  // false: frozen, no gradient
};

enum class Initial { kZeros, kOnes, kHeNormal, kXavierUniform, kNormal002 };

// Owns the tensors of one model. Layers hold handles to the same tensors.
class ParameterSet {
  public:
    ParameterSet(Context& context, std::uint64_t seed);

    // A new leaf; names are unique. Initial values depend on the seed and the name alone, not on the order of
    // calls. He: deviation sqrt(2 / fan_in); Xavier: +-sqrt(6 / (fan_in + fan_out)); kernels count in both
    // fans.
    Tensor add(std::string name, const Shape& shape, Initial initial, bool decays);

    Context& context() const { return *context_; }
    const std::vector<Parameter>& all() const { return parameters_; }
    const Parameter* find(std::string_view name) const;
    std::int64_t count() const;  // of scalars

    // Stops or resumes gradients of every parameter whose name starts with `prefix`.
    void set_trainable(std::string_view prefix, bool trainable);
    void clear_grads();

  private:
    Context* context_;
    std::uint64_t seed_;
    std::vector<Parameter> parameters_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
};

// A set and the name in front: Scope(set, "ct") / "stem" adds "ct.stem.weight".
class Scope {
  public:
    Scope(ParameterSet& set, std::string prefix) : set_(&set), prefix_(std::move(prefix)) {}

    Scope operator/(std::string_view part) const;
    Scope operator/(int index) const;
    Tensor add(std::string_view name, const Shape& shape, Initial initial, bool decays) const;
    ParameterSet& set() const { return *set_; }

  private:
    ParameterSet* set_;
    std::string prefix_;
};

}  // namespace huizhen::engine
