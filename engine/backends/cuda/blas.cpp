#include "blas.h"

#include <algorithm>

#include <cublas_v2.h>

#include "failure.h"
#include "tf32.h"

namespace huizhen::engine::cuda {
namespace {

void check(cublasStatus_t result, const char* call) {
    if (result == CUBLAS_STATUS_SUCCESS) return;
    throw Failure(
        result == CUBLAS_STATUS_ALLOC_FAILED ? HZ_OUT_OF_MEMORY : HZ_FAILED,
        std::string(call) + ": " + cublasGetStatusName(result) + ": " + cublasGetStatusString(result));
}

}  // namespace

struct Blas::Impl {
    cublasHandle_t handle = nullptr;
    ~Impl() {
        if (handle != nullptr) static_cast<void>(cublasDestroy(handle));
    }
};

Blas::Blas(Device& device) : impl_(std::make_unique<Impl>()) {
    check(cublasCreate(&impl_->handle), "cublasCreate");
    check(cublasSetStream(impl_->handle, device.stream()), "cublasSetStream");
    check(cublasSetMathMode(impl_->handle, tf32_wanted() ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_DEFAULT_MATH),
          "cublasSetMathMode");
    // Sums shared out by atomic additions have no fixed order.
    check(cublasSetAtomicsMode(impl_->handle, CUBLAS_ATOMICS_NOT_ALLOWED), "cublasSetAtomicsMode");
}

Blas::~Blas() = default;

void Blas::multiply(const Gemm& g) {
    // cuBLAS is column-major: a row-major matrix is its own transpose there, so out^T = op(b)^T op(a)^T.
    const auto leading = [](std::int64_t extent) { return std::max<std::int64_t>(1, extent); };
    check(cublasSgemmStridedBatched_64(impl_->handle, g.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N,
                                       g.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N, g.columns, g.rows, g.inner,
                                       &g.alpha, g.b, leading(g.transpose_b ? g.inner : g.columns),
                                       g.stride_b, g.a, leading(g.transpose_a ? g.rows : g.inner), g.stride_a,
                                       &g.beta, g.out, leading(g.columns), g.stride_out, g.batch),
          "cublasSgemmStridedBatched");
}

}  // namespace huizhen::engine::cuda
