#include <cstring>

#include "internal.h"

namespace huizhen::engine {
namespace {

void upload(const Tensor& to, const void* from, std::size_t bytes) {
    const auto& primary = to.context().impl().primary();
    const int status = primary.table->upload(primary.state, to.impl()->storage->data, from, bytes);
    HZ_CHECK(status == HZ_OK,
             std::string("values reach the backend: ") + primary.table->last_error(primary.state));
}

void download(const Tensor& from, void* to, std::size_t bytes) {
    const Tensor plain = canonical(from);
    const auto& primary = from.context().impl().primary();
    const int status = primary.table->download(primary.state, to, plain.impl()->storage->data, bytes);
    HZ_CHECK(status == HZ_OK,
             std::string("values leave the backend: ") + primary.table->last_error(primary.state));
}

}  // namespace

Tensor make_empty(Context& context, const Shape& shape, DType dtype, std::int32_t layout) {
    auto impl = std::make_shared<TensorImpl>();
    impl->context = &context;
    impl->shape = shape;
    impl->dtype = dtype;
    impl->layout = layout;
    const auto bytes = static_cast<std::size_t>(shape.count()) * dtype_size(dtype);
    impl->storage = std::make_shared<Storage>(context, std::max<std::size_t>(bytes, 1));
    return Tensor(std::move(impl));
}

Tensor view_as(const Tensor& x, const Shape& shape) {
    HZ_CHECK(x.count() == shape.count(), "a view has as many elements as what it views");
    auto impl = std::make_shared<TensorImpl>(*x.impl());
    impl->shape = shape;
    impl->slot = nullptr;
    return Tensor(std::move(impl));
}

Tensor to_layout(const Tensor& x, std::int32_t layout) {
    if (x.impl()->layout == layout) return x;
    Tensor result = make_empty(x.context(), x.shape(), x.dtype(), layout);
    const auto& primary = x.context().impl().primary();
    const HzTensor from = view(x);
    const HzTensor to = view(result);
    const int status = primary.table->reorder(primary.state, &from, &to);
    HZ_CHECK(status == HZ_OK, "a backend reorders its own layouts");
    return result;
}

HzTensor view(const Tensor& x) {
    if (!x.defined()) return HzTensor{};
    return view(x, x.shape());
}

HzTensor view(const Tensor& x, const Shape& shape) {
    HzTensor result{};
    result.data = x.impl()->storage->data;
    for (const std::int64_t extent : shape.dims()) result.dims[result.rank++] = extent;
    result.dtype = static_cast<std::int32_t>(x.dtype());
    result.layout = x.impl()->layout;
    return result;
}

Tensor Tensor::from(Context& context, const Shape& shape, std::span<const float> values) {
    HZ_CHECK(static_cast<std::int64_t>(values.size()) == shape.count(), "as many values as the shape holds");
    Tensor result = make_empty(context, shape);
    upload(result, values.data(), values.size_bytes());
    return result;
}

Tensor Tensor::from_indices(Context& context, const Shape& shape, std::span<const std::int32_t> values) {
    HZ_CHECK(static_cast<std::int64_t>(values.size()) == shape.count(), "as many indices as the shape holds");
    Tensor result = make_empty(context, shape, DType::kI32);
    upload(result, values.data(), values.size_bytes());
    return result;
}

Tensor Tensor::full(Context& context, const Shape& shape, float value) {
    const std::vector<float> values(static_cast<std::size_t>(shape.count()), value);
    return from(context, shape, values);
}

const Shape& Tensor::shape() const {
    HZ_CHECK(impl_ != nullptr, "the tensor is defined");
    return impl_->shape;
}

DType Tensor::dtype() const {
    HZ_CHECK(impl_ != nullptr, "the tensor is defined");
    return impl_->dtype;
}

Context& Tensor::context() const {
    HZ_CHECK(impl_ != nullptr, "the tensor is defined");
    return *impl_->context;
}

std::vector<float> Tensor::to_vector() const {
    std::vector<float> values(static_cast<std::size_t>(count()));
    copy_to(values);
    return values;
}

void Tensor::copy_to(std::span<float> values) const {
    HZ_CHECK(dtype() == DType::kF32, "floats are read from an f32 tensor");
    HZ_CHECK(static_cast<std::int64_t>(values.size()) == count(), "room for every element");
    download(*this, values.data(), values.size_bytes());
}

std::vector<std::int32_t> Tensor::to_indices() const {
    HZ_CHECK(dtype() == DType::kI32, "indices are read from an i32 tensor");
    std::vector<std::int32_t> values(static_cast<std::size_t>(count()));
    download(*this, values.data(), values.size() * sizeof(std::int32_t));
    return values;
}

float Tensor::item() const {
    HZ_CHECK(count() == 1, "item() is for one element");
    float value = 0.0F;
    copy_to({&value, 1});
    return value;
}

void Tensor::assign(std::span<const float> values) {
    HZ_CHECK(dtype() == DType::kF32, "floats are written to an f32 tensor");
    HZ_CHECK(impl_->layout == HZ_LAYOUT_CANONICAL, "only leaves are assigned to");
    HZ_CHECK(static_cast<std::int64_t>(values.size()) == count(), "as many values as elements");
    upload(*this, values.data(), values.size_bytes());
    changed(*this);
}

void Tensor::assign(const Tensor& other) {
    HZ_CHECK(other.shape() == shape(), "values of the same shape");
    const std::vector<float> values = other.to_vector();
    assign(values);
}

Tensor& Tensor::set_requires_grad(bool wanted) {
    HZ_CHECK(dtype() == DType::kF32, "only f32 tensors have gradients");
    HZ_CHECK(!impl_->slot || !impl_->slot->node, "only leaves are asked for gradients");
    if (!wanted) {
        impl_->slot = nullptr;
    } else if (!impl_->slot) {
        impl_->slot = std::make_shared<GradientSlot>();
        impl_->slot->retained = true;
    }
    return *this;
}

bool Tensor::requires_grad() const { return impl_ != nullptr && impl_->slot != nullptr; }

Tensor& Tensor::retain_grad() {
    HZ_CHECK(requires_grad(), "the tensor is on the tape");
    impl_->slot->retained = true;
    return *this;
}

Tensor Tensor::grad() const { return requires_grad() ? impl_->slot->grad : Tensor(); }

void Tensor::set_grad(Tensor gradient) {
    HZ_CHECK(requires_grad(), "the tensor wants a gradient");
    HZ_CHECK(!gradient.defined() || gradient.shape() == shape(), "a gradient has the shape of its tensor");
    impl_->slot->grad = std::move(gradient);
}

void Tensor::clear_grad() {
    if (requires_grad()) impl_->slot->grad = Tensor();
}

Tensor Tensor::detach() const { return view_as(*this, shape()); }

}  // namespace huizhen::engine
