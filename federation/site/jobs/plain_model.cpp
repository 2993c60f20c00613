#include "plain_model.h"

#include <huizhen/base/check.h>

namespace huizhen::site {
namespace {

using model_file::ModelHeader;
using model_file::TensorEntry;
using model_file::TensorKind;

template <typename Visit>
void for_each_norm(const ModelHeader& header, Visit visit) {
    std::uint64_t first = 0, kept = 0;
    for (const TensorEntry& tensor : header.tensors) {
        const std::uint64_t count = tensor.count();
        if (tensor.kind == TensorKind::kNorm) {
            visit(static_cast<std::ptrdiff_t>(first), static_cast<std::ptrdiff_t>(kept), count);
            kept += count;
        }
        first += count;
    }
}

}  // namespace

Status check_fits(const ModelHeader& header, const learning::LearningTask& task) {
    if (header.task != task.name())
        return fail(ErrorCode::kInvalidArgument, "other-task: the model is of task " + header.task);
    const auto blocks = task.layout().blocks();
    bool fits = header.tensors.size() == blocks.size();
    for (std::size_t i = 0; fits && i < blocks.size(); ++i) {
        const bool norm = blocks[i].kind == learning::ParameterKind::kNorm;
        const TensorEntry& tensor = header.tensors[i];
        fits = tensor.name == blocks[i].name && tensor.count() == blocks[i].count &&
               (tensor.kind == TensorKind::kNorm) == norm;
    }
    if (!fits) {
        return fail(ErrorCode::kInvalidArgument,
                    "other-layout: the model's layers are not those this version has for " + task.name());
    }
    return {};
}

std::uint64_t norm_values(const ModelHeader& header) {
    std::uint64_t values = 0;
    for_each_norm(header, [&](std::ptrdiff_t, std::ptrdiff_t, std::uint64_t count) { values += count; });
    return values;
}

std::vector<float> norms_of(const ModelHeader& header, std::span<const float> model) {
    HZ_CHECK(model.size() == header.values(), "a model of this header");
    std::vector<float> norms(norm_values(header));
    for_each_norm(header, [&](std::ptrdiff_t first, std::ptrdiff_t kept, std::uint64_t count) {
        std::copy_n(model.begin() + first, count, norms.begin() + kept);
    });
    return norms;
}

void put_norms(const ModelHeader& header, std::span<const float> norms, std::span<float> model) {
    HZ_CHECK(model.size() == header.values() && norms.size() == norm_values(header), "norms of this model");
    for_each_norm(header, [&](std::ptrdiff_t first, std::ptrdiff_t kept, std::uint64_t count) {
        std::copy_n(norms.begin() + kept, count, model.begin() + first);
    });
}

}  // namespace huizhen::site
