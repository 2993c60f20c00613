#include "internal.h"

namespace huizhen::engine {
namespace {

struct ConvGeometry {
    std::array<int, 3> stride{1, 1, 1};
    std::array<int, 3> pad{0, 0, 0};
};

void set_geometry(HzConv& conv, const ConvGeometry& geometry) {
    for (std::size_t i = 0; i < 3; ++i) {
        conv.stride[i] = geometry.stride[i];
        conv.pad[i] = geometry.pad[i];
    }
}

Shape conv_shape(const Tensor& x, const Tensor& weight, const ConvGeometry& geometry) {
    HZ_CHECK(x.rank() == weight.rank() && x.dim(1) == weight.dim(1), "x [N, Ci, ...], weight [Co, Ci, ...]");
    Shape shape = x.shape().with(1, weight.dim(0));
    for (int axis = 2; axis < x.rank(); ++axis) {
        const auto i = static_cast<std::size_t>(axis - 2 + (5 - x.rank()));
        HZ_CHECK(geometry.stride[i] >= 1 && geometry.pad[i] >= 0,
                 "a stride is positive, a pad is not negative");
        const std::int64_t room = x.dim(axis) + 2 * geometry.pad[i] - weight.dim(axis);
        HZ_CHECK(room >= 0, "the kernel fits the padded image");
        shape = shape.with(axis, room / geometry.stride[i] + 1);
    }
    return shape;
}

// Brings an image into the layout the backend wants for this convolution; canonical where it declines.
Tensor settled(const Tensor& image, std::int32_t layout) { return to_layout(image, layout); }

std::vector<Tensor> conv_gradients(const Tensor& gradient, const Tensor& x, const Tensor& weight,
                                   bool has_bias, const ConvGeometry& geometry, std::array<bool, 3> want) {
    Context& context = x.context();
    const Tensor dy = settled(gradient, x.impl()->layout);
    std::vector<Tensor> gradients(3);
    HzConv conv{};
    set_geometry(conv, geometry);
    conv.y = view(dy);
    if (want[0]) {
        gradients[0] = empty_like(x);
        conv.x = view(gradients[0]);
        conv.w = view(weight);
        run(context, HZ_OP_CONV_BACKWARD_DATA, {conv.y, conv.w, conv.x},
            [&](const HzBackend& b, void* s) { return b.conv_backward_data(s, &conv); });
    }
    if (want[1] || want[2]) {
        const Tensor dw = make_empty(context, weight.shape());
        const Tensor db = has_bias ? make_empty(context, Shape{weight.dim(0)}) : Tensor();
        conv.x = view(x);
        conv.w = view(dw);
        conv.bias = view(db);
        run(context, HZ_OP_CONV_BACKWARD_WEIGHTS, {conv.x, conv.y, conv.w},
            [&](const HzBackend& b, void* s) { return b.conv_backward_weights(s, &conv); });
        if (want[1]) gradients[1] = dw;
        if (want[2]) gradients[2] = db;
    }
    return gradients;
}

Tensor conv(const Tensor& input, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry) {
    Context& context = input.context();
    const Shape shape = conv_shape(input, weight, geometry);
    HzConv arguments{};
    set_geometry(arguments, geometry);
    arguments.x = view(input);
    arguments.w = view(weight);
    arguments.bias = view(bias);
    // While training, weights change before they are met again.
    arguments.weights_version = context.recording() ? 0 : weight.impl()->storage->version;
    arguments.y = view(input, shape);
    const auto& primary = context.impl().primary();
    const std::int32_t layout = primary.table->conv_layout(primary.state, &arguments);

    const Tensor x = settled(input, layout);
    Tensor y = make_empty(context, shape, DType::kF32, layout);
    arguments.x = view(x);
    arguments.y = view(y);
    run(context, HZ_OP_CONV_FORWARD, {arguments.x, arguments.w, arguments.y},
        [&](const HzBackend& b, void* s) { return b.conv_forward(s, &arguments); });
    if (should_record({&input, &weight, &bias})) {
        record(y, {input, weight, bias},
               [geometry, x = x.detach(), weight = weight.detach(), has_bias = bias.defined(),
                want = std::array{wants(input), wants(weight), wants(bias)}](const Tensor& dy) {
                   return conv_gradients(dy, x, weight, has_bias, geometry, want);
               });
    }
    return y;
}

Tensor pool(const Tensor& input, const PoolOptions& options, HzPoolKind kind) {
    HZ_CHECK(input.rank() == 4 || input.rank() == 5, "an image is [N, C, (D,) H, W]");
    Context& context = input.context();
    const Tensor x = primary_supports(context, HZ_OP_POOL, {view(input)}) ? input : canonical(input);
    HzPool arguments{};
    arguments.kind = kind;
    Shape shape = x.shape();
    for (std::size_t i = 0; i < 3; ++i) {
        arguments.kernel[i] = options.kernel[i];
        arguments.stride[i] = options.stride[i];
        arguments.pad[i] = options.pad[i];
        const int axis = static_cast<int>(i) + x.rank() - 3;
        if (axis < 2) {
            HZ_CHECK(options.kernel[i] == 1 && options.pad[i] == 0, "[N, C, H, W] has no depth to pool");
            continue;
        }
        HZ_CHECK(options.kernel[i] >= 1 && options.stride[i] >= 1, "a window is not empty and moves");
        HZ_CHECK(options.pad[i] >= 0 && 2 * options.pad[i] <= options.kernel[i],
                 "a window sees some of the image");
        const std::int64_t room = x.dim(axis) + 2 * options.pad[i] - options.kernel[i];
        HZ_CHECK(room >= 0, "the window fits the padded image");
        shape = shape.with(axis, room / options.stride[i] + 1);
    }
    Tensor y = make_empty(context, shape, DType::kF32, x.impl()->layout);
    const Tensor index = kind == HZ_POOL_MAX ? make_empty(context, shape, DType::kI32) : Tensor();
    arguments.x = view(x);
    arguments.y = view(y);
    arguments.index = view(index);
    run(context, HZ_OP_POOL, {arguments.x},
        [&](const HzBackend& b, void* s) { return b.pool_forward(s, &arguments); });
    if (should_record({&input})) {
        record(y, {input},
               [arguments, index, like = x.shape(), layout = x.impl()->layout](const Tensor& gradient) {
                   const Tensor dy = to_layout(gradient, layout);
                   const Tensor dx = make_empty(dy.context(), like, DType::kF32, layout);
                   HzPool back = arguments;
                   back.x = view(dx);
                   back.y = view(dy);
                   run(dy.context(), HZ_OP_POOL, {back.x},
                       [&](const HzBackend& b, void* s) { return b.pool_backward(s, &back); });
                   return std::vector<Tensor>{dx};
               });
    }
    return y;
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, ConvOptions2d options) {
    HZ_CHECK(x.rank() == 4, "x [N, C, H, W]");
    return conv(x, weight, bias,
                {{1, options.stride[0], options.stride[1]}, {0, options.pad[0], options.pad[1]}});
}

Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, ConvOptions3d options) {
    HZ_CHECK(x.rank() == 5, "x [N, C, D, H, W]");
    return conv(x, weight, bias, {options.stride, options.pad});
}

Tensor max_pool(const Tensor& x, const PoolOptions& options) { return pool(x, options, HZ_POOL_MAX); }
Tensor average_pool(const Tensor& x, const PoolOptions& options) { return pool(x, options, HZ_POOL_AVERAGE); }

Tensor global_average_pool(const Tensor& x) {
    HZ_CHECK(x.rank() >= 3, "an image is [N, C, ...]");
    return mean(reshape(x, {x.dim(0), x.dim(1), -1}), {2});
}

}  // namespace huizhen::engine
