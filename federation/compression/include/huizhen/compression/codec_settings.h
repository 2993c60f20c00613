#pragma once

// How a plan turns updates into words. Plain values: they travel in the plan, and every site and the
// coordinator must hold the same.

#include <cstdint>
#include <string_view>

#include <huizhen/base/result.h>
#include <huizhen/secure_aggregation/fixed_point.h>

namespace huizhen::compression {

// Never renumbered: plans keep them.
enum class CodecKind : std::uint8_t {
    kFixedPoint = 1,       // one value a word, about 2^31 / max_sites steps
    kQuantised = 2,        // `bits` a value, two or more values a word
    kSparse = 3,           // fixed point of `keep_fraction` of the values
    kSparseQuantised = 4,  // both
};

std::string_view codec_name(CodecKind kind);  // "fixed-point", "quantised", "sparse", "sparse-quantised"
Result<CodecKind> codec_named(std::string_view name);

struct CodecSettings {
    CodecKind kind = CodecKind::kFixedPoint;
    double clip = 1;                // a value is kept within -clip..clip
    std::uint32_t max_sites = 0;    // the most that may be summed
    std::uint32_t max_samples = 0;  // of one site; more count as these
    secagg::Weighting weighting = secagg::Weighting::kBySamples;

    std::uint32_t bits = 8;  // quantised: 2 to 16

    double keep_fraction = 0.1;  // sparse: of the values, above 0, at most 1
    double top_fraction = 0.5;   // sparse: of those kept, the largest of the last mean; the rest are drawn
};

// kInvalidArgument says what to change. Nothing that passes can overflow.
Status check(const CodecSettings& settings, std::uint64_t values);

// The length of an upload, the word of the samples included. Wants what check() lets pass.
std::uint64_t words_for(const CodecSettings& settings, std::uint64_t values);

}  // namespace huizhen::compression
