#pragma once

// Tensor: a handle to dense memory in a Context, and its place on the tape. Copying a handle shares the
// values. Shapes follow PyTorch: images [N, C, D, H, W] or [N, C, H, W], tokens [N, L, C]. The memory may be
// kept in a layout private to the backend; every function here speaks of canonical row-major order.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <huizhen/tensor/context.h>
#include <huizhen/tensor/shape.h>

namespace huizhen::engine {

struct TensorImpl;

class Tensor {
  public:
    Tensor() = default;  // undefined

    // Values in row-major order; their count must be that of the shape.
    static Tensor from(Context& context, const Shape& shape, std::span<const float> values);
    static Tensor from_indices(Context& context, const Shape& shape, std::span<const std::int32_t> values);
    static Tensor full(Context& context, const Shape& shape, float value);
    static Tensor zeros(Context& context, const Shape& shape) { return full(context, shape, 0.0F); }
    static Tensor scalar(Context& context, float value) { return full(context, Shape{}, value); }

    bool defined() const { return impl_ != nullptr; }
    const Shape& shape() const;
    std::int64_t dim(int axis) const { return shape()[axis]; }
    int rank() const { return shape().rank(); }
    std::int64_t count() const { return shape().count(); }
    DType dtype() const;
    Context& context() const;

    std::vector<float> to_vector() const;
    std::vector<std::int32_t> to_indices() const;
    void copy_to(std::span<float> values) const;
    float item() const;  // of a tensor with one element

    // Overwrites the values in place; not recorded. For parameters, inputs and optimiser state.
    void assign(std::span<const float> values);
    void assign(const Tensor& other);

    // A leaf that wants a gradient (parameters; inputs whose gradient explains something).
    Tensor& set_requires_grad(bool wanted = true);
    bool requires_grad() const;
    // Keeps the gradient of an intermediate result too (Grad-CAM). Call before backward().
    Tensor& retain_grad();
    // Accumulated by backward(); undefined before. Of the shape of the tensor.
    Tensor grad() const;
    void set_grad(Tensor gradient);
    void clear_grad();

    // The same values, off the tape.
    Tensor detach() const;

    const std::shared_ptr<TensorImpl>& impl() const { return impl_; }
    explicit Tensor(std::shared_ptr<TensorImpl> impl) : impl_(std::move(impl)) {}

  private:
    // Co-owned by every handle and by the tape's nodes that need the value for backward.
    std::shared_ptr<TensorImpl> impl_;
};

struct BackwardOptions {
    bool keep_tape = false;  // another backward() over the same results will follow
};

// Adds d(sum(result * seed)) / d(leaf) to the gradient of every leaf that wants one. Without a seed: ones;
// the result is then usually a scalar loss. Order of accumulation is fixed.
void backward(const Tensor& result, BackwardOptions options = {});
void backward(const Tensor& result, const Tensor& seed, BackwardOptions options = {});

}  // namespace huizhen::engine
