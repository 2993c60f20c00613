#pragma once

// c[m, n] = alpha op(a) op(b) + beta c, row-major with leading dimensions; on the calling thread.

#include <cstdint>

namespace huizhen::engine::cpu {

struct GemmArguments {
    bool transpose_a, transpose_b;
    std::int64_t m, n, k;
    float alpha;
    const float* a;
    std::int64_t lda;
    const float* b;
    std::int64_t ldb;
    float beta;
    float* c;
    std::int64_t ldc;
};

void gemm(const GemmArguments& g);

}  // namespace huizhen::engine::cpu
