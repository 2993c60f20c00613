#include "cases.h"

#include <numeric>

namespace huizhen::engine::testing {
namespace {

using Inputs = std::vector<Tensor>;

std::string joined(const Shape& shape) {
    std::string text;
    for (const std::int64_t extent : shape.dims()) text += (text.empty() ? "" : "x") + std::to_string(extent);
    return text;
}

void add_convolutions(std::vector<Case>& cases) {
    struct Conv {
        Shape x, w;
        int stride, pad;
        bool bias;
    };
    // Odd sizes, channels that fill no vector, one channel, strides that leave a remainder, kernels wider
    // than the image.
    const std::vector<Conv> volumes{
        {{2, 1, 9, 8, 7}, {32, 1, 3, 3, 3}, 2, 1, false},
        {{2, 32, 6, 6, 6}, {32, 32, 3, 3, 3}, 1, 1, true},
        {{1, 16, 5, 7, 9}, {64, 16, 3, 3, 3}, 2, 1, false},
        {{3, 64, 4, 4, 4}, {128, 64, 3, 3, 3}, 1, 1, false},
        {{2, 5, 4, 5, 6}, {7, 5, 3, 3, 3}, 1, 1, true},
        {{1, 8, 6, 5, 4}, {48, 8, 1, 1, 1}, 1, 0, true},
        {{1, 24, 5, 5, 5}, {20, 24, 1, 1, 1}, 2, 0, false},
        {{1, 3, 9, 9, 9}, {16, 3, 5, 5, 5}, 3, 2, true},
        {{1, 17, 3, 3, 3}, {33, 17, 2, 2, 2}, 1, 0, false},
        {{1, 4, 2, 2, 2}, {16, 4, 3, 3, 3}, 1, 1, false},
        {{2, 20, 3, 6, 7}, {24, 20, 3, 3, 3}, 1, 1, true},
        {{1, 16, 4, 5, 12}, {50, 16, 2, 3, 3}, 1, 0, false},
        {{1, 16, 8, 8, 8}, {16, 16, 4, 4, 4}, 4, 0, true},
        {{1, 9, 7, 1, 5}, {80, 9, 3, 1, 3}, 2, 1, false},
    };
    // Products are summed in float in another order, and Winograd's transforms magnify their rounding by
    // about 4.
    constexpr float kForward = 1e-5F;
    constexpr float kBackward = 2e-5F;
    for (const Conv& c : volumes) {
        const int pad_y = c.w[3] == 1 ? 0 : c.pad;
        const ConvOptions3d options{{c.stride, c.stride, c.stride}, {c.pad, pad_y, c.pad}};
        std::vector<Input> inputs{{c.x}, {c.w}};
        if (c.bias) inputs.push_back({Shape{c.w[0]}});
        cases.push_back({"conv3d_" + joined(c.x) + "_by_" + joined(c.w) + "_s" + std::to_string(c.stride),
                         inputs,
                         [options](const Inputs& in) {
                             return conv3d(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
                         },
                         kForward, kBackward});
    }
    const std::vector<Conv> images{{{2, 1, 13, 11}, {32, 1, 3, 3}, 2, 1, true},
                                   {{1, 24, 10, 9}, {40, 24, 3, 3}, 1, 1, false},
                                   {{3, 16, 9, 15}, {18, 16, 3, 3}, 1, 1, true},
                                   {{2, 3, 8, 8}, {6, 3, 5, 5}, 2, 2, true}};
    for (const Conv& c : images) {
        const ConvOptions2d options{{c.stride, c.stride}, {c.pad, c.pad}};
        std::vector<Input> inputs{{c.x}, {c.w}};
        if (c.bias) inputs.push_back({Shape{c.w[0]}});
        cases.push_back({"conv2d_" + joined(c.x) + "_by_" + joined(c.w), inputs,
                         [options](const Inputs& in) {
                             return conv2d(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
                         },
                         kForward, kBackward});
    }
    cases.push_back({"conv3d_strides_differ", {{{1, 4, 6, 7, 8}}, {{16, 4, 1, 3, 2}}}, [](const Inputs& in) {
                         return conv3d(in[0], in[1], {}, {{1, 2, 3}, {0, 1, 1}});
                     }});
}

// Pooling and norms see both layouts: as given, and as a convolution leaves it.
Tensor through_convolution(const Tensor& x) {
    const std::int64_t channels = x.dim(1);
    std::vector<float> identity(static_cast<std::size_t>(channels * channels), 0.0F);
    for (std::int64_t c = 0; c < channels; ++c) identity[static_cast<std::size_t>(c * channels + c)] = 1.0F;
    return conv3d(x, Tensor::from(x.context(), Shape{channels, channels, 1, 1, 1}, identity), {});
}

void add_images(std::vector<Case>& cases) {
    for (const bool after_conv : {false, true}) {
        const std::string suffix = after_conv ? "_after_conv" : "";
        const auto image = [after_conv](const Tensor& x) { return after_conv ? through_convolution(x) : x; };
        cases.push_back({"max_pool" + suffix, {{{2, 6, 5, 7, 6}, Draw::kSpread}}, [image](const Inputs& in) {
                             return max_pool(image(in[0]), {{3, 3, 2}, {2, 2, 2}, {1, 1, 0}});
                         }});
        cases.push_back({"average_pool" + suffix, {{{2, 19, 5, 4, 6}}}, [image](const Inputs& in) {
                             return average_pool(image(in[0]), {{3, 2, 3}, {2, 2, 1}, {1, 0, 1}});
                         }});
        cases.push_back({"global_average_pool" + suffix, {{{3, 20, 3, 4, 5}}}, [image](const Inputs& in) {
                             return global_average_pool(image(in[0]));
                         }});
        cases.push_back({"spatial_tokens" + suffix, {{{2, 5, 2, 3, 4}}}, [image](const Inputs& in) {
                             return spatial_tokens(image(in[0]));
                         }});
        for (const Activation act : {Activation::kNone, Activation::kRelu, Activation::kGelu}) {
            cases.push_back(
                {"group_norm_act" + std::to_string(static_cast<int>(act)) + suffix,
                 {{{2, 24, 3, 5, 4}}, {{24}}, {{24}}},
                 [image, act](const Inputs& in) { return group_norm(image(in[0]), in[1], in[2], 4, act); },
                 5e-6F,
                 1e-5F,
                 act != Activation::kRelu});
        }
        cases.push_back({"group_norm_uneven_channels" + suffix,
                         {{{1, 21, 4, 3, 3}}, {{21}}, {{21}}},
                         [image](const Inputs& in) { return group_norm(image(in[0]), in[1], in[2], 7); },
                         5e-6F,
                         1e-5F});
        cases.push_back({"residual" + suffix, {{{2, 18, 3, 3, 3}}}, [image](const Inputs& in) {
                             return gelu(image(in[0])) + image(in[0]) * in[0];
                         }});
    }
    cases.push_back({"max_pool_2d", {{{1, 4, 7, 9}, Draw::kSpread}}, [](const Inputs& in) {
                         return max_pool(in[0], {{1, 2, 3}, {1, 2, 2}, {0, 0, 1}});
                     }});
    cases.push_back({"group_norm_3_axes", {{{2, 6, 11}}, {{6}}, {{6}}}, [](const Inputs& in) {
                         return group_norm(in[0], in[1], in[2], 2);
                     }});
}

void add_elementwise(std::vector<Case>& cases) {
    using Unary = Tensor (*)(const Tensor&);
    const std::vector<std::tuple<std::string, Unary, Draw, bool>> unaries{
        {"relu", relu, Draw::kNormal, false},      {"gelu", gelu, Draw::kNormal, true},
        {"sigmoid", sigmoid, Draw::kNormal, true}, {"tanh", tanh, Draw::kNormal, true},
        {"exp", exp, Draw::kNormal, true},         {"log", log, Draw::kPositive, true},
        {"square", square, Draw::kNormal, true},   {"softplus", softplus, Draw::kNormal, true}};
    for (const auto& [name, f, draw, smooth] : unaries) {
        for (const std::int64_t n : {1, 37, 128}) {
            cases.push_back({name + "_" + std::to_string(n),
                             {{{n}, draw}},
                             [f = f](const Inputs& in) { return f(in[0]); },
                             2e-6F,
                             5e-6F,
                             smooth});
        }
    }
    cases.push_back({"affine", {{{5, 7}}}, [](const Inputs& in) { return affine(in[0], -2.5F, 0.75F); }});
    using Binary = Tensor (*)(const Tensor&, const Tensor&);
    const std::vector<std::pair<std::string, Binary>> binaries{
        {"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}};
    const std::vector<std::pair<Shape, Shape>> shapes{
        {{33}, {33}},           {{4, 17}, {17}}, {{4, 1}, {4, 17}},           {{2, 3, 5}, {3, 1}},
        {{2, 1, 5}, {1, 3, 1}}, {{3, 4}, {}},    {{2, 3, 4, 5}, {2, 1, 1, 5}}};
    for (const auto& [name, f] : binaries) {
        for (const auto& [a, b] : shapes) {
            cases.push_back({name + "_" + joined(a) + "_with_" + joined(b),
                             {{a}, {b, Draw::kPositive}},
                             [f = f](const Inputs& in) { return f(in[0], in[1]); }});
        }
    }
}

void add_movement(std::vector<Case>& cases) {
    cases.push_back({"sum_all", {{{7, 9, 11}}}, [](const Inputs& in) { return sum(in[0]); }});
    cases.push_back({"mean_all", {{{130}}}, [](const Inputs& in) { return mean(in[0]); }});
    cases.push_back({"sum_first", {{{9, 35}}}, [](const Inputs& in) { return sum(in[0], {0}); }});
    cases.push_back(
        {"sum_middle_kept", {{{3, 5, 4}}}, [](const Inputs& in) { return sum(in[0], {1}, true); }});
    cases.push_back({"mean_last_two", {{{3, 5, 4}}}, [](const Inputs& in) { return mean(in[0], {1, 2}); }});
    cases.push_back({"sum_apart", {{{3, 5, 4}}}, [](const Inputs& in) { return sum(in[0], {0, 2}); }});
    cases.push_back(
        {"max_last", {{{3, 21}, Draw::kNormal, false}}, [](const Inputs& in) { return max(in[0], {1}); }});
    cases.push_back(
        {"max_first", {{{3, 21}, Draw::kNormal, false}}, [](const Inputs& in) { return max(in[0], {0}); }});
    cases.push_back({"permute", {{{2, 3, 4, 5}}}, [](const Inputs& in) {
                         return permute(in[0], {3, 1, 0, 2});
                     }});
    cases.push_back({"transpose", {{{2, 19, 18}}}, [](const Inputs& in) { return transpose(in[0], 1, 2); }});
    cases.push_back({"broadcast", {{{3, 1}}}, [](const Inputs& in) {
                         return broadcast_to(in[0], Shape{2, 3, 4});
                     }});
    cases.push_back({"concat", {{{2, 3, 2}}, {{2, 1, 2}}, {{2, 4, 2}}}, [](const Inputs& in) {
                         return concat({in[0], in[1], in[2]}, 1);
                     }});
    cases.push_back({"slice", {{{3, 7, 2}}}, [](const Inputs& in) { return slice(in[0], 1, 2, 6); }});
    cases.push_back({"reshape", {{{3, 8}}}, [](const Inputs& in) { return reshape(in[0], {2, -1, 4}); }});
    cases.push_back({"embedding", {{{6, 5}}}, [](const Inputs& in) {
                         const std::vector<std::int32_t> rows{5, 0, 5, 2, 1, 5};
                         return embedding(in[0], Tensor::from_indices(in[0].context(), Shape{2, 3}, rows));
                     }});
    cases.push_back({"dropout", {{{7, 13}}}, [](const Inputs& in) {
                         Philox random(99, 3);
                         return dropout(in[0], 0.3F, random);
                     }});
}

void add_matrices(std::vector<Case>& cases) {
    for (const bool ta : {false, true}) {
        for (const bool tb : {false, true}) {
            const Shape a = ta ? Shape{3, 7, 5} : Shape{3, 5, 7};
            const Shape b = tb ? Shape{3, 9, 7} : Shape{3, 7, 9};
            cases.push_back({"matmul_batched" + std::string(ta ? "_ta" : "") + (tb ? "_tb" : ""),
                             {{a}, {b}},
                             [ta, tb](const Inputs& in) {
                                 return matmul(in[0], in[1], {ta, tb, 0.7F});
                             }});
        }
    }
    cases.push_back({"matmul_large",
                     {{{300, 70}}, {{70, 130}}},
                     [](const Inputs& in) { return matmul(in[0], in[1]); },
                     5e-6F,
                     2e-5F});
    cases.push_back({"matmul_wide",
                     {{{3, 70}}, {{70, 1030}}},
                     [](const Inputs& in) { return matmul(in[0], in[1]); },
                     5e-6F,
                     2e-5F});
    cases.push_back({"matmul_shared_right", {{{2, 3, 4}}, {{4, 5}}}, [](const Inputs& in) {
                         return matmul(in[0], in[1]);
                     }});
    for (const Activation act : {Activation::kNone, Activation::kRelu, Activation::kGelu}) {
        cases.push_back({"linear_act" + std::to_string(static_cast<int>(act)),
                         {{{2, 5, 33}}, {{17, 33}}, {{17}}},
                         [act](const Inputs& in) { return linear(in[0], in[1], in[2], act); },
                         3e-6F,
                         1e-5F,
                         act != Activation::kRelu});
    }
    cases.push_back({"layer_norm",
                     {{{6, 3, 37}}, {{37}}, {{37}}},
                     [](const Inputs& in) { return layer_norm(in[0], in[1], in[2]); },
                     5e-6F,
                     1e-5F});
    cases.push_back({"softmax", {{{4, 35}}}, [](const Inputs& in) { return softmax(in[0] * 3.0F); }});
    cases.push_back({"log_softmax",
                     {{{4, 35}}},
                     [](const Inputs& in) { return log_softmax(in[0] * 3.0F); },
                     3e-6F,
                     1e-5F});
    cases.push_back({"attention", {{{2, 3, 5, 8}}, {{2, 3, 9, 8}}, {{2, 3, 9, 8}}}, [](const Inputs& in) {
                         return attention(in[0], in[1], in[2]);
                     }});
    cases.push_back({"attention_masked",
                     {{{2, 2, 70, 16}}, {{2, 2, 67, 16}}, {{2, 2, 67, 16}}, {{2, 67}, Draw::kMask, false}},
                     [](const Inputs& in) { return attention(in[0], in[1], in[2], in[3]); },
                     3e-6F,
                     1e-5F});
    cases.push_back(
        {"attention_sees_nothing", {{{1, 1, 2, 4}}, {{1, 1, 3, 4}}, {{1, 1, 3, 4}}}, [](const Inputs& in) {
             return attention(in[0], in[1], in[2], Tensor::zeros(in[0].context(), Shape{1, 3}));
         }});
    cases.push_back(
        {"self_attention", {{{3, 2, 2, 6, 8}}}, [](const Inputs& in) { return self_attention(in[0]); }});
}

void add_losses(std::vector<Case>& cases) {
    cases.push_back({"bce",
                     {{{5, 9}}, {{5, 9}, Draw::kUnit, false}, {{5, 9}, Draw::kMask, false}},
                     [](const Inputs& in) { return bce_with_logits(in[0] * 4.0F, in[1], in[2]); }});
    cases.push_back({"squared_error",
                     {{{5, 9}}, {{5, 9}, Draw::kNormal, false}, {{5, 9}, Draw::kUnit, false}},
                     [](const Inputs& in) { return squared_error(in[0], in[1], in[2]); }});
    cases.push_back({"cross_entropy", {{{4, 6}}, {{4}, Draw::kUnit, false}}, [](const Inputs& in) {
                         const std::vector<std::int32_t> classes{3, 0, 5, 3};
                         return cross_entropy(
                             in[0] * 2.0F, Tensor::from_indices(in[0].context(), Shape{4}, classes), in[1]);
                     }});
}

}  // namespace

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    add_convolutions(cases);
    add_images(cases);
    add_elementwise(cases);
    add_movement(cases);
    add_matrices(cases);
    add_losses(cases);
    return cases;
}

}  // namespace huizhen::engine::testing
