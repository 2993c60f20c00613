#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/neighbour_graph.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::secagg {

namespace {

// Uniform in [0, count): values of the last, incomplete turn are drawn again.
std::uint32_t below(std::uint32_t count, RandomSource& random) {
    const std::uint32_t last_whole =
        0xFFFFFFFFU - static_cast<std::uint32_t>((std::uint64_t{1} << 32) % count);
    for (;;) {
        std::array<std::uint8_t, 4> bytes{};
        random.fill(bytes);
        const std::uint32_t value = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint32_t{bytes[3]} << 24;
        if (value <= last_whole) return value % count;
    }
}

}  // namespace

NeighbourGraph::NeighbourGraph(const RoundShape& shape, const Sha256Digest& seed)
    : shape_(shape), ring_(shape.sites), place_of_(shape.sites) {
    HZ_CHECK(shape.sites >= 2 && shape.neighbours < shape.sites, "a graph has fewer neighbours than sites");
    std::iota(ring_.begin(), ring_.end(), 0U);
    SeededRandom random{Secret32(std::span<const std::uint8_t, 32>(seed))};
    for (std::uint32_t i = shape.sites; i > 1; --i) std::swap(ring_[i - 1], ring_[below(i, random)]);
    for (std::uint32_t place = 0; place < shape.sites; ++place) place_of_[ring_[place]] = place;
}

std::vector<std::uint32_t> NeighbourGraph::neighbours(std::uint32_t site) const {
    std::vector<std::uint32_t> all = share_holders(site);
    all.erase(std::find(all.begin(), all.end(), site));
    return all;
}

std::vector<std::uint32_t> NeighbourGraph::share_holders(std::uint32_t site) const {
    const std::uint32_t n = shape_.sites;
    std::vector<std::uint32_t> all;
    if (shape_.complete()) {
        all.resize(n);
        std::iota(all.begin(), all.end(), 0U);
        return all;
    }
    const std::uint32_t reach = shape_.neighbours / 2, first = place_of_.at(site) + n - reach;
    for (std::uint32_t step = 0; step <= 2 * reach; ++step) all.push_back(ring_[(first + step) % n]);
    std::sort(all.begin(), all.end());
    return all;
}

bool NeighbourGraph::has_torn_window(const std::vector<bool>& survived) const {
    if (shape_.complete()) return false;
    const std::uint32_t n = shape_.sites, window = shape_.neighbours / 2;
    std::uint32_t dropped = 0;
    for (std::uint32_t place = 0; place < window; ++place) dropped += !survived[ring_[place]];
    for (std::uint32_t first = 0; first < n; ++first) {
        if (dropped > shape_.dropped_in_window) return true;
        dropped -= !survived[ring_[first]];
        dropped += !survived[ring_[(first + window) % n]];
    }
    return false;
}

}  // namespace huizhen::secagg
