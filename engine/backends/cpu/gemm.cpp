// Matrix products through oneDNN's sgemm, single-threaded inside the executor's tasks. Tasks are cut by the
// shape alone, so that the result does not depend on the number of threads.

#include "gemm.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include "state.h"

namespace huizhen::engine::cpu {
namespace {

// OpenMP threads of oneDNN would compete with the executor's (and spin between calls); the setting is per
// thread.
void keep_openmp_single() {
    thread_local bool done = false;
    if (done) return;
    omp_set_num_threads(1);
    done = true;
}

constexpr std::int64_t kTaskWork = std::int64_t{1} << 20;  // multiply-adds worth a task

}  // namespace

void gemm(const GemmArguments& g) {
    if (g.m <= 0 || g.n <= 0) return;
    if (g.k <= 0) {
        for (std::int64_t i = 0; i < g.m; ++i)
            for (std::int64_t j = 0; j < g.n; ++j)
                g.c[i * g.ldc + j] = g.beta == 0.0F ? 0.0F : g.beta * g.c[i * g.ldc + j];
        return;
    }
    keep_openmp_single();
    const dnnl_status_t status = dnnl_sgemm(g.transpose_a ? 'T' : 'N', g.transpose_b ? 'T' : 'N', g.m, g.n,
                                            g.k, g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc);
    if (status == dnnl_out_of_memory) throw std::bad_alloc();
    if (status != dnnl_success) throw std::runtime_error("oneDNN refused a matrix product");
}

void matmul(State& state, const HzMatmul& m) {
    const std::int64_t rows = m.out.dims[1];
    const std::int64_t columns = m.out.dims[2];
    const std::int64_t inner = m.transpose_a != 0 ? m.a.dims[1] : m.a.dims[2];
    const std::int64_t lda = m.a.dims[2];
    const std::int64_t ldb = m.b.dims[2];
    // Strips along the longer side, of a multiple of 16.
    const bool by_rows = rows >= columns;
    const std::int64_t side = by_rows ? rows : columns;
    const std::int64_t other = std::max<std::int64_t>(1, (by_rows ? columns : rows) * inner);
    const std::int64_t strip =
        std::clamp<std::int64_t>((kTaskWork / other + 15) / 16 * 16, 16, std::max<std::int64_t>(16, side));
    const std::int64_t strips = (side + strip - 1) / strip;
    parallel_for(state, m.out.dims[0] * strips, std::max<std::int64_t>(1, kTaskWork / 4 / (strip * other)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t task = begin; task < end; ++task) {
                         const std::int64_t batch = task / strips;
                         const std::int64_t first = task % strips * strip;
                         const std::int64_t length = std::min(strip, side - first);
                         const std::int64_t r0 = by_rows ? first : 0;
                         const std::int64_t c0 = by_rows ? 0 : first;
                         GemmArguments g{};
                         g.transpose_a = m.transpose_a != 0;
                         g.transpose_b = m.transpose_b != 0;
                         g.m = by_rows ? length : rows;
                         g.n = by_rows ? columns : length;
                         g.k = inner;
                         g.alpha = m.alpha;
                         g.beta = m.beta;
                         g.a = floats(m.a) + (m.a.dims[0] == 1 ? 0 : batch) * m.a.dims[1] * m.a.dims[2] +
                               (g.transpose_a ? r0 : r0 * lda);
                         g.lda = lda;
                         g.b = floats(m.b) + (m.b.dims[0] == 1 ? 0 : batch) * m.b.dims[1] * m.b.dims[2] +
                               (g.transpose_b ? c0 * ldb : c0);
                         g.ldb = ldb;
                         g.c = floats(m.out) + batch * rows * columns + r0 * columns + c0;
                         g.ldc = columns;
                         gemm(g);
                         if (!present(m.bias) && m.activation == HZ_ACT_NONE) continue;
                         const int kind = m.activation == HZ_ACT_RELU ? HZ_UNARY_RELU : HZ_UNARY_GELU;
                         for (std::int64_t i = 0; i < g.m; ++i) {
                             float* row = g.c + i * columns;
                             if (present(m.bias))
                                 state.kernels->binary(HZ_BINARY_ADD, row, floats(m.bias) + c0, row, g.n);
                             if (m.activation != HZ_ACT_NONE)
                                 state.kernels->unary(kind, 1.0F, 0.0F, row, row, g.n);
                         }
                     }
                 });
}

}  // namespace huizhen::engine::cpu
