#include <bit>

#include <huizhen/base/sha256.h>
#include <huizhen/compression/support.h>
#include <huizhen/secure_aggregation/seeded_random.h>

#include "sparse.h"
#include "upper_product.h"

namespace huizhen::compression {

namespace {

secagg::SeededRandom random_of(const PublicRound& round) {
    std::string text = "huizhen support 1";
    const auto number = [&](std::uint64_t value) {
        for (int i = 0; i < 8; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
    };
    number(round.plan.size());
    text += round.plan;
    number(round.number);
    const Sha256Digest digest = sha256(std::as_bytes(std::span(text)));
    return secagg::SeededRandom(secagg::Secret32(std::span<const std::uint8_t, 32>(digest)));
}

// 0..limit-1, the bits above 2^-32 alike.
std::uint64_t below(std::uint64_t limit, secagg::SeededRandom& random) {
    std::array<std::uint8_t, 8> bytes;
    random.fill(bytes);
    std::uint64_t drawn = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) drawn |= std::uint64_t{bytes[i]} << (8 * i);
    return upper_product(drawn, static_cast<std::uint32_t>(limit));
}

// The bits of |value|: ordered as the magnitudes are.
std::uint32_t magnitude(float value) { return std::bit_cast<std::uint32_t>(value) & 0x7FFF'FFFFU; }

struct Threshold {
    std::uint32_t bits = 0;   // all above are taken
    std::uint64_t equal = 0;  // and so many of those that equal it
};

// The `top`th largest magnitude, by counting the upper and then the lower half of the bits: two passes and no
// copy of the vector.
Threshold threshold_of(std::span<const float> values, std::uint64_t top) {
    Threshold threshold{0, top};
    for (const int shift : {16, 0}) {
        std::vector<std::uint64_t> counts(1 << 16);
        for (const float value : values) {
            const std::uint32_t bits = magnitude(value);
            if (shift == 16 || bits >> 16 == threshold.bits >> 16) ++counts[(bits >> shift) & 0xFFFF];
        }
        std::uint32_t digit = 0xFFFF;
        while (counts[digit] < threshold.equal) threshold.equal -= counts[digit--];
        threshold.bits |= digit << shift;
    }
    return threshold;
}

std::vector<std::uint32_t> largest(std::span<const float> values, std::uint64_t top) {
    const auto nonzero = static_cast<std::uint64_t>(
        std::count_if(values.begin(), values.end(), [](float value) { return value != 0; }));
    top = std::min(top, nonzero);
    if (top == 0) return {};
    Threshold threshold = threshold_of(values, top);
    std::vector<std::uint32_t> places;
    places.reserve(top);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint32_t bits = magnitude(values[i]);
        if (bits < threshold.bits || (bits == threshold.bits && threshold.equal == 0)) continue;
        if (bits == threshold.bits) --threshold.equal;
        places.push_back(static_cast<std::uint32_t>(i));
    }
    return places;
}

}  // namespace

Result<std::vector<std::uint32_t>> shared_support(std::uint64_t values, std::uint64_t keep, std::uint64_t top,
                                                  const PublicRound& round) {
    if (values > kMaxSparseValues || keep == 0 || keep > values || top > keep) {
        return fail(ErrorCode::kInvalidArgument, "a support must be of 1 to 2^32 - 1 values");
    }
    if (!round.last_mean.empty() && round.last_mean.size() != values) {
        return fail(ErrorCode::kInvalidArgument, "the last mean is of another model: its length differs");
    }
    if (!std::all_of(round.last_mean.begin(), round.last_mean.end(),
                     [](float value) { return std::isfinite(value); })) {
        return fail(ErrorCode::kMalformedInput, "the last mean holds a value that is not finite");
    }
    const std::vector<std::uint32_t> chosen = largest(round.last_mean, top);
    const std::uint64_t rest = values - chosen.size(), draws = keep - chosen.size();
    secagg::SeededRandom random = random_of(round);
    std::vector<std::uint32_t> places;
    places.reserve(keep);
    std::size_t passed = 0;  // of `chosen`
    for (std::uint64_t i = 0; i < draws; ++i) {
        const std::uint64_t begin = i * rest / draws, end = (i + 1) * rest / draws;
        const std::uint64_t rank = begin + below(end - begin, random);  // among the values not chosen
        while (passed < chosen.size() && chosen[passed] <= rank + passed) places.push_back(chosen[passed++]);
        places.push_back(static_cast<std::uint32_t>(rank + passed));
    }
    places.insert(places.end(), chosen.begin() + static_cast<std::ptrdiff_t>(passed), chosen.end());
    return places;
}

}  // namespace huizhen::compression
