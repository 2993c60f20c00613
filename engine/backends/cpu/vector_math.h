#pragma once

// Vectors of HUIZHEN_KERNEL_LANES floats and the elementary functions on them. Included by kernels_body.h
// only. GCC's and Clang's vector extension: one text for SSE2, AVX2 and AVX-512.

#include <cstddef>
#include <cstdint>

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

inline constexpr int kLanes = HUIZHEN_KERNEL_LANES;
typedef float Vec __attribute__((vector_size(HUIZHEN_KERNEL_LANES * 4)));
typedef std::int32_t VecI __attribute__((vector_size(HUIZHEN_KERNEL_LANES * 4)));
// The same without a promise of alignment, and allowed to alias float.
typedef float VecU __attribute__((vector_size(HUIZHEN_KERNEL_LANES * 4), aligned(4), may_alias));

#define HZ_INLINE static inline __attribute__((always_inline))

HZ_INLINE Vec load(const float* p) { return *reinterpret_cast<const VecU*>(p); }
HZ_INLINE void store(float* p, Vec v) { *reinterpret_cast<VecU*>(p) = v; }
HZ_INLINE Vec splat(float x) { return x - Vec{}; }  // x - 0 is x: compilers make one broadcast of it
HZ_INLINE Vec choose(VecI mask, Vec yes, Vec no) {
    return reinterpret_cast<Vec>((mask & reinterpret_cast<VecI>(yes)) | (~mask & reinterpret_cast<VecI>(no)));
}
HZ_INLINE Vec lower(Vec a, Vec b) { return choose(a < b, a, b); }
HZ_INLINE Vec higher(Vec a, Vec b) { return choose(a > b, a, b); }
HZ_INLINE float horizontal_sum(Vec v) {
    float total = 0.0F;
    for (int i = 0; i < kLanes; ++i) total += v[i];
    return total;
}

// e^x, relative error below 2e-7 (Cephes expf: x = n ln 2 + r, degree 6 in r). Below -87.3 the result is 0.
HZ_INLINE Vec exp_of(Vec x) {
    const Vec bounded = lower(higher(x, splat(-87.3F)), splat(88.3F));
    const Vec scaled =
        bounded * splat(1.44269504088896341F) + splat(12582912.0F);  // 1.5 2^23: rounds to nearest
    const VecI bits = reinterpret_cast<VecI>(scaled);
    const Vec n = scaled - splat(12582912.0F);
    const Vec r = bounded - n * splat(0.693359375F) - n * splat(-2.12194440e-4F);
    Vec p = splat(1.9875691500e-4F);
    p = p * r + splat(1.3981999507e-3F);
    p = p * r + splat(8.3334519073e-3F);
    p = p * r + splat(4.1665795894e-2F);
    p = p * r + splat(1.6666665459e-1F);
    p = p * r + splat(5.0000001201e-1F);
    p = p * r * r + r + splat(1.0F);
    const Vec power = reinterpret_cast<Vec>((bits << 23) + 0x3f800000);
    const Vec result = p * power;
    return choose(x < splat(-87.3F), splat(0.0F), result);
}

// log x for x > 0 normal, relative error below 2e-7 (Cephes logf).
HZ_INLINE Vec log_of(Vec x) {
    const VecI bits = reinterpret_cast<VecI>(x);
    VecI exponent = ((bits >> 23) & 0xff) - 126;
    Vec mantissa = reinterpret_cast<Vec>((bits & 0x007fffff) | 0x3f000000);  // [0.5, 1)
    const VecI small = mantissa < splat(0.707106781186547524F);
    exponent += small;  // minus one where true
    mantissa = choose(small, mantissa + mantissa, mantissa) - splat(1.0F);
    const Vec z = mantissa * mantissa;
    Vec p = splat(7.0376836292e-2F);
    p = p * mantissa + splat(-1.1514610310e-1F);
    p = p * mantissa + splat(1.1676998740e-1F);
    p = p * mantissa + splat(-1.2420140846e-1F);
    p = p * mantissa + splat(1.4249322787e-1F);
    p = p * mantissa + splat(-1.6668057665e-1F);
    p = p * mantissa + splat(2.0000714765e-1F);
    p = p * mantissa + splat(-2.4999993993e-1F);
    p = p * mantissa + splat(3.3333331174e-1F);
    const Vec n = __builtin_convertvector(exponent, Vec);
    Vec result = p * mantissa * z + n * splat(-2.12194440e-4F) - splat(0.5F) * z;
    result = mantissa + result + n * splat(0.693359375F);
    return choose(x > splat(0.0F), result,
                  choose(x == splat(0.0F), splat(-__builtin_inff()), splat(__builtin_nanf(""))));
}

HZ_INLINE Vec absolute(Vec x) { return reinterpret_cast<Vec>(reinterpret_cast<VecI>(x) & 0x7fffffff); }

HZ_INLINE Vec logistic(Vec x) { return splat(1.0F) / (splat(1.0F) + exp_of(-x)); }

// Odd; near 0 a series keeps the relative accuracy.
HZ_INLINE Vec tanh_of(Vec x) {
    const Vec size = absolute(x);
    const Vec e = exp_of(size * splat(-2.0F));
    const Vec far = (splat(1.0F) - e) / (splat(1.0F) + e);
    const Vec z = x * x;
    Vec p = splat(-5.70498872745e-3F);
    p = p * z + splat(2.06390887954e-2F);
    p = p * z + splat(-5.37397155531e-2F);
    p = p * z + splat(1.33314422036e-1F);
    p = p * z + splat(-3.33332819422e-1F);
    const Vec near = x + x * z * p;
    return choose(size < splat(0.625F), near, choose(x < splat(0.0F), -far, far));
}

// The standard normal distribution function, absolute error below 1e-7:
// erfc(u) = t (a1 + ... ) e^{-u^2} with t = 1 / (1 + 0.3275911 u), Abramowitz & Stegun 7.1.26. `density`:
// e^{-x^2/2} / sqrt(2 pi).
HZ_INLINE Vec normal_cdf(Vec x, Vec* density) {
    const Vec u = absolute(x) * splat(0.70710678118654752F);
    const Vec t = splat(1.0F) / (splat(1.0F) + splat(0.3275911F) * u);
    const Vec gauss = exp_of(-(u * u));
    Vec p = splat(1.061405429F);
    p = p * t + splat(-1.453152027F);
    p = p * t + splat(1.421413741F);
    p = p * t + splat(-0.284496736F);
    p = p * t + splat(0.254829592F);
    const Vec tail = splat(0.5F) * p * t * gauss;  // 1 - cdf(|x|)
    *density = gauss * splat(0.39894228040143268F);
    return choose(x < splat(0.0F), tail, splat(1.0F) - tail);
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE
}  // namespace huizhen::engine::cpu
