#include <huizhen/base/check.h>
#include <huizhen/nn/parameters.h>

namespace huizhen::engine {
namespace {

// FNV-1a, 64 bit: only to give each name its own stream.
std::uint64_t name_hash(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

struct Fans {
    double in = 1.0;
    double out = 1.0;
};

// [Out, In, kernel...]
Fans fans_of(const Shape& shape) {
    double kernel = 1.0;
    for (int axis = 2; axis < shape.rank(); ++axis) kernel *= static_cast<double>(shape[axis]);
    const double out = shape.rank() >= 1 ? static_cast<double>(shape[0]) : 1.0;
    const double in = shape.rank() >= 2 ? static_cast<double>(shape[1]) : out;
    return {std::max(1.0, in * kernel), std::max(1.0, out * kernel)};
}

std::vector<float> initial_values(const Shape& shape, Initial initial, Philox random) {
    std::vector<float> values(static_cast<std::size_t>(shape.count()),
                              initial == Initial::kOnes ? 1.0F : 0.0F);
    const Fans fans = fans_of(shape);
    if (initial == Initial::kHeNormal) {
        random.normal(values, 0.0F, static_cast<float>(std::sqrt(2.0 / fans.in)));
    } else if (initial == Initial::kXavierUniform) {
        const auto bound = static_cast<float>(std::sqrt(6.0 / (fans.in + fans.out)));
        random.uniform(values, -bound, bound);
    } else if (initial == Initial::kNormal002) {
        random.normal(values, 0.0F, 0.02F);
    }
    return values;
}

}  // namespace

ParameterSet::ParameterSet(Context& context, std::uint64_t seed) : context_(&context), seed_(seed) {}

Tensor ParameterSet::add(std::string name, const Shape& shape, Initial initial, bool decays) {
    HZ_CHECK(!by_name_.contains(name), "parameter names are unique");
    const Philox random(seed_, name_hash(name));
    Tensor value = Tensor::from(*context_, shape, initial_values(shape, initial, random));
    value.set_requires_grad();
    by_name_.emplace(name, parameters_.size());
    parameters_.push_back({std::move(name), value, decays, true});
    return value;
}

const Parameter* ParameterSet::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &parameters_[found->second];
}

std::int64_t ParameterSet::count() const {
    std::int64_t total = 0;
    for (const Parameter& parameter : parameters_) total += parameter.value.count();
    return total;
}

void ParameterSet::set_trainable(std::string_view prefix, bool trainable) {
    for (Parameter& parameter : parameters_) {
        if (!parameter.name.starts_with(prefix)) continue;
        parameter.trainable = trainable;
        parameter.value.set_requires_grad(trainable);
    }
}

void ParameterSet::clear_grads() {
    for (Parameter& parameter : parameters_) parameter.value.clear_grad();
}

Scope Scope::operator/(std::string_view part) const {
    return Scope(*set_, prefix_.empty() ? std::string(part) : prefix_ + "." + std::string(part));
}

Scope Scope::operator/(int index) const { return *this / std::to_string(index); }

Tensor Scope::add(std::string_view name, const Shape& shape, Initial initial, bool decays) const {
    return set_->add(prefix_.empty() ? std::string(name) : prefix_ + "." + std::string(name), shape, initial,
                     decays);
}

}  // namespace huizhen::engine
