#include <numeric>

#include <huizhen/aggregation/robust/groups.h>
#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::aggregation {

namespace {

secagg::SeededRandom random_of(std::string_view plan, std::uint64_t round) {
    std::string text = "huizhen groups 1";
    for (const std::uint64_t number : {static_cast<std::uint64_t>(plan.size()), round}) {
        for (int i = 0; i < 8; ++i) text.push_back(static_cast<char>(number >> (8 * i)));
    }
    text += plan;
    const Sha256Digest digest = sha256(std::as_bytes(std::span(text)));
    return secagg::SeededRandom(secagg::Secret32(std::span<const std::uint8_t, 32>(digest)));
}

std::uint32_t draw(secagg::SeededRandom& random) {
    std::array<std::uint8_t, 4> bytes;
    random.fill(bytes);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint32_t{bytes[i]} << (8 * i);
    return value;
}

// 0..limit-1 evenly: draws from the incomplete last stretch are drawn again.
std::uint32_t below(std::uint32_t limit, secagg::SeededRandom& random) {
    const std::uint32_t incomplete = (0U - limit) % limit;
    std::uint32_t value = draw(random);
    while (value < incomplete) value = draw(random);
    return value % limit;
}

}  // namespace

Result<std::vector<std::vector<std::uint32_t>>> partition(std::uint32_t sites, std::uint32_t group_size,
                                                          std::string_view plan, std::uint64_t round) {
    if (group_size < kMinGroupSites) {
        return fail(ErrorCode::kInvalidArgument, "a group must have at least three sites");
    }
    const std::uint32_t groups = sites / group_size;
    if (groups < kMinGroups) {
        return fail(ErrorCode::kInvalidArgument,
                    std::to_string(sites) + " sites make " + std::to_string(groups) + " groups of " +
                        std::to_string(group_size) + "; a robust rule needs at least three");
    }
    std::vector<std::uint32_t> order(sites);
    std::iota(order.begin(), order.end(), 0);
    secagg::SeededRandom random = random_of(plan, round);
    for (std::uint32_t left = sites; left > 1; --left) std::swap(order[left - 1], order[below(left, random)]);
    std::vector<std::vector<std::uint32_t>> parts(groups);
    for (std::uint32_t i = 0; i < sites; ++i) parts[i % groups].push_back(order[i]);
    for (auto& part : parts) std::sort(part.begin(), part.end());
    return parts;
}

}  // namespace huizhen::aggregation
