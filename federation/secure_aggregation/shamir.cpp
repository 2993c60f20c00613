#include <cstring>

#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/refusal.h>
#include <huizhen/secure_aggregation/shamir.h>

namespace huizhen::secagg {

namespace {

// 32 field elements as four words, one element a byte.
struct Elements {
    std::array<std::uint64_t, 4> lanes{};

    Elements() = default;
    explicit Elements(const Secret32& secret) { std::memcpy(lanes.data(), secret.bytes().data(), 32); }
    ~Elements() { wipe({reinterpret_cast<std::uint8_t*>(lanes.data()), 32}); }

    void add(const Elements& other) {
        for (int i = 0; i < 4; ++i) lanes[i] ^= other.lanes[i];
    }

    // Every element times the public `factor`: shift and add, the same steps whatever the elements.
    void multiply(std::uint8_t factor) {
        for (std::uint64_t& lane : lanes) {
            std::uint64_t power = lane, product = 0;
            for (int bit = 0; bit < 8; ++bit) {
                product ^= power & (0 - static_cast<std::uint64_t>((factor >> bit) & 1));
                const std::uint64_t carries = (power >> 7) & 0x0101010101010101;
                power = ((power & 0x7F7F7F7F7F7F7F7F) << 1) ^ (carries * 0x1B);
            }
            lane = product;
        }
    }

    Secret32 secret() const {
        Secret32 out;
        std::memcpy(out.mutable_bytes().data(), lanes.data(), 32);
        return out;
    }
};

// a^254 = 1/a.
std::uint8_t inverse(std::uint8_t a) {
    std::uint8_t result = 1;
    for (int bit = 7; bit >= 0; --bit) {
        result = gf256_multiply(result, result);
        if ((254 >> bit) & 1) result = gf256_multiply(result, a);
    }
    return result;
}

// The weight of share i in the value at zero: prod over j of x_j / (x_j - x_i).
std::uint8_t weight_at_zero(std::span<const Share> shares, std::size_t i) {
    std::uint8_t numerator = 1, denominator = 1;
    for (std::size_t j = 0; j < shares.size(); ++j) {
        if (j == i) continue;
        numerator = gf256_multiply(numerator, shares[j].position);
        denominator =
            gf256_multiply(denominator, static_cast<std::uint8_t>(shares[j].position ^ shares[i].position));
    }
    return gf256_multiply(numerator, inverse(denominator));
}

}  // namespace

std::uint8_t gf256_multiply(std::uint8_t a, std::uint8_t b) {
    unsigned power = a, product = 0;
    for (int bit = 0; bit < 8; ++bit) {
        product ^= power & (0U - ((b >> bit) & 1U));
        power = (power << 1) ^ ((power >> 7) * 0x11BU);
    }
    return static_cast<std::uint8_t>(product);
}

std::vector<Share> split(const Secret32& secret, std::size_t threshold, std::size_t count,
                         RandomSource& random) {
    HZ_CHECK(threshold >= 1 && threshold <= count && count <= kMaxShares, "1 <= threshold <= count <= 255");
    std::vector<Elements> coefficients;  // of x^(threshold-1) .. x^1
    coefficients.reserve(threshold - 1);
    for (std::size_t i = 1; i < threshold; ++i) {
        Secret32 drawn;
        random.fill(drawn.mutable_bytes());
        coefficients.emplace_back(drawn);
    }
    const Elements constant(secret);
    std::vector<Share> shares(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto x = static_cast<std::uint8_t>(i + 1);
        Elements value;
        for (const Elements& coefficient : coefficients) {
            value.add(coefficient);
            value.multiply(x);
        }
        value.add(constant);
        shares[i].position = x;
        shares[i].value = value.secret();
    }
    return shares;
}

Result<Secret32> recover(std::span<const Share> shares, std::size_t threshold) {
    HZ_CHECK(threshold >= 1, "a threshold is at least 1");
    if (shares.size() < threshold) {
        return refuse(Refusal::kFewerThanThreshold,
                      std::to_string(shares.size()) + " of " + std::to_string(threshold) + " shares");
    }
    std::array<bool, 256> seen{};
    seen[0] = true;
    for (const Share& share : shares) {
        if (std::exchange(seen[share.position], true)) {
            return refuse(Refusal::kMalformed,
                          "share position " + std::to_string(share.position) + " is zero or given twice");
        }
    }
    const auto used = shares.first(threshold);
    Elements sum;
    for (std::size_t i = 0; i < used.size(); ++i) {
        Elements term(used[i].value);
        term.multiply(weight_at_zero(used, i));
        sum.add(term);
    }
    return sum.secret();
}

}  // namespace huizhen::secagg
