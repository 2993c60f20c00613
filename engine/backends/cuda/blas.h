#pragma once

// Matrix products, by cuBLAS. Part of the seam described in device.h.

#include <cstdint>
#include <memory>

#include "device.h"

namespace huizhen::engine::cuda {

// out[i] = alpha op(a[i]) op(b[i]) + beta out[i] for `batch` dense row-major matrices, out [rows, columns].
// Strides are from one matrix to the next, in elements; 0 for one shared by all.
struct Gemm {
    const float* a = nullptr;
    const float* b = nullptr;
    float* out = nullptr;
    std::int64_t batch = 1, rows = 0, columns = 0, inner = 0;
    bool transpose_a = false, transpose_b = false;
    std::int64_t stride_a = 0, stride_b = 0, stride_out = 0;
    float alpha = 1.0F, beta = 0.0F;
};

class Blas {
  public:
    explicit Blas(Device& device);
    ~Blas();
    Blas(const Blas&) = delete;
    Blas& operator=(const Blas&) = delete;

    void multiply(const Gemm& gemm);  // with beta 0, `out` may hold anything

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::engine::cuda
