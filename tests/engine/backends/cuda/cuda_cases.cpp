#include "cuda_cases.h"

namespace huizhen::engine::testing {
namespace {

using Inputs = std::vector<Tensor>;

}  // namespace

std::vector<Case> cuda_cases() {
    std::vector<Case> cases;
    cases.push_back({"long_softmax", {{{2, 1337}}}, [](const Inputs& in) { return softmax(in[0] * 2.0F); }});
    cases.push_back({"long_log_softmax",
                     {{{2, 1337}}},
                     [](const Inputs& in) { return log_softmax(in[0] * 2.0F); },
                     5e-6F,
                     1e-5F});
    cases.push_back({"long_sum", {{{9001}}}, [](const Inputs& in) { return sum(in[0]); }});
    cases.push_back({"sum_of_long_columns", {{{700, 33}}}, [](const Inputs& in) { return sum(in[0], {0}); }});
    cases.push_back({"sum_of_long_rows", {{{3, 8200}}}, [](const Inputs& in) { return sum(in[0], {1}); }});
    cases.push_back({"sum_around_a_kept_axis", {{{40, 3, 50, 2}}}, [](const Inputs& in) {
                         return sum(in[0], {0, 2, 3});
                     }});
    cases.push_back({"max_of_long_rows", {{{3, 8200}, Draw::kNormal, false}}, [](const Inputs& in) {
                         return max(in[0], {1});
                     }});
    cases.push_back({"layer_norm_of_long_rows",
                     {{{3, 1030}}, {{1030}}, {{1030}}},
                     [](const Inputs& in) { return layer_norm(in[0], in[1], in[2]); },
                     5e-6F,
                     1e-5F});
    cases.push_back({"group_norm_of_a_volume",
                     {{{2, 6, 9, 10, 11}}, {{6}}, {{6}}},
                     [](const Inputs& in) { return group_norm(in[0], in[1], in[2], 3, Activation::kGelu); },
                     5e-6F,
                     1e-5F});
    cases.push_back({"embedding_of_many_equal_rows", {{{3, 300}}}, [](const Inputs& in) {
                         std::vector<std::int32_t> rows(700);
                         for (std::size_t i = 0; i < rows.size(); ++i) {
                             rows[i] = static_cast<std::int32_t>(i * i % 3);
                         }
                         return embedding(in[0], Tensor::from_indices(in[0].context(), Shape{700}, rows));
                     }});
    return cases;
}

}  // namespace huizhen::engine::testing
