#include <huizhen/compression/codec_settings.h>

#include "packer.h"
#include "sparse.h"

namespace huizhen::compression {

namespace {

constexpr std::pair<CodecKind, std::string_view> kNames[] = {
    {CodecKind::kFixedPoint, "fixed-point"},
    {CodecKind::kQuantised, "quantised"},
    {CodecKind::kSparse, "sparse"},
    {CodecKind::kSparseQuantised, "sparse-quantised"},
};

// Radix is 2L * sites + 1 and two digits must fit: at most 65,535 sums of one value.
std::uint32_t most_sites_of(std::uint32_t bits) { return 65'535 / (2 * ((1U << (bits - 1)) - 1)); }

Status check_bits(const CodecSettings& settings) {
    if (settings.bits < 2 || settings.bits > 16) {
        return fail(ErrorCode::kInvalidArgument, "bits must be 2 to 16");
    }
    if (quantised_values_per_word(settings.bits, settings.max_sites) >= 2) return {};
    std::uint32_t fitting = settings.bits;
    while (fitting > 1 && most_sites_of(fitting) < settings.max_sites) --fitting;
    std::string change = "at most " + std::to_string(most_sites_of(settings.bits)) + " sites, ";
    if (fitting > 1) change += "bits " + std::to_string(fitting) + ", ";
    return fail(ErrorCode::kInvalidArgument, "overflow: sums of " + std::to_string(settings.bits) +
                                                 "-bit values over " + std::to_string(settings.max_sites) +
                                                 " sites leave no room for two in a word; plan for " +
                                                 change + "or without quantising");
}

}  // namespace

std::string_view codec_name(CodecKind kind) {
    for (const auto& [known, name] : kNames) {
        if (known == kind) return name;
    }
    return "unknown";
}

Result<CodecKind> codec_named(std::string_view name) {
    for (const auto& [kind, known] : kNames) {
        if (known == name) return kind;
    }
    return fail(ErrorCode::kInvalidArgument,
                "no such codec; there are fixed-point, quantised, sparse and sparse-quantised");
}

bool is_sparse(const CodecSettings& settings) {
    return settings.kind == CodecKind::kSparse || settings.kind == CodecKind::kSparseQuantised;
}

bool is_quantised(const CodecSettings& settings) {
    return settings.kind == CodecKind::kQuantised || settings.kind == CodecKind::kSparseQuantised;
}

std::uint64_t kept_of(const CodecSettings& settings, std::uint64_t values) {
    if (!is_sparse(settings)) return values;
    const auto kept =
        static_cast<std::uint64_t>(std::ceil(settings.keep_fraction * static_cast<double>(values)));
    return std::clamp<std::uint64_t>(kept, 1, values);
}

Status check(const CodecSettings& settings, std::uint64_t values) {
    if (codec_name(settings.kind) == "unknown") {
        return fail(ErrorCode::kInvalidArgument, "the plan names a codec this version does not know");
    }
    if (values == 0) return fail(ErrorCode::kInvalidArgument, "an update without values");
    // Also of the quantised: the samples must not overflow either.
    auto fixed_point = secagg::FixedPoint::plan(
        {settings.max_sites, settings.clip, settings.max_samples, settings.weighting});
    if (!fixed_point) return fail(std::move(fixed_point).error());
    if (is_quantised(settings)) HZ_TRY(check_bits(settings));
    if (!is_sparse(settings)) return {};
    const auto is_fraction = [](double value) { return value >= 0 && value <= 1; };  // false for NaN
    if (!is_fraction(settings.keep_fraction) || settings.keep_fraction == 0) {
        return fail(ErrorCode::kInvalidArgument, "keep_fraction must be above 0 and at most 1");
    }
    if (!is_fraction(settings.top_fraction)) {
        return fail(ErrorCode::kInvalidArgument, "top_fraction must be 0 to 1");
    }
    if (settings.top_fraction == 1 && settings.keep_fraction < 1) {
        return fail(ErrorCode::kInvalidArgument,
                    "top_fraction 1 would send the same places for ever; leave some to be drawn");
    }
    if (values > kMaxSparseValues) {
        return fail(ErrorCode::kInvalidArgument,
                    "a sparse codec takes fewer than 2^32 values; plan quantised or fixed-point");
    }
    return {};
}

std::uint64_t words_for(const CodecSettings& settings, std::uint64_t values) {
    const std::uint64_t kept = kept_of(settings, values);
    const std::uint64_t per_word =
        is_quantised(settings) ? quantised_values_per_word(settings.bits, settings.max_sites) : 1;
    return (kept + per_word - 1) / per_word + 1;
}

}  // namespace huizhen::compression
