#include <huizhen/secure_aggregation/neighbour_graph.h>

namespace huizhen::secagg {
namespace {

Sha256Digest seed_of(std::uint8_t value) {
    Sha256Digest seed{};
    seed.fill(value);
    return seed;
}

constexpr RoundShape kRing{201, 20, 11, 150, 3};

TEST(NeighbourGraph, gives_every_site_its_number_of_neighbours_mutually) {
    const NeighbourGraph graph(kRing, seed_of(1));
    for (std::uint32_t site = 0; site < kRing.sites; ++site) {
        const auto neighbours = graph.neighbours(site);
        ASSERT_EQ(neighbours.size(), 20u);
        ASSERT_TRUE(std::is_sorted(neighbours.begin(), neighbours.end()));
        for (const std::uint32_t other : neighbours) {
            ASSERT_NE(other, site);
            const auto back = graph.neighbours(other);
            ASSERT_TRUE(std::binary_search(back.begin(), back.end(), site));
        }
    }
}

TEST(NeighbourGraph, is_the_same_for_all_and_another_for_another_context) {
    EXPECT_EQ(NeighbourGraph(kRing, seed_of(1)).neighbours(5),
              NeighbourGraph(kRing, seed_of(1)).neighbours(5));
    EXPECT_NE(NeighbourGraph(kRing, seed_of(1)).neighbours(5),
              NeighbourGraph(kRing, seed_of(2)).neighbours(5));
}

TEST(NeighbourGraph, complete_means_everybody) {
    const NeighbourGraph graph({4, 3, 3, 3, 0}, seed_of(1));
    EXPECT_EQ(graph.neighbours(2), (std::vector<std::uint32_t>{0, 1, 3}));
    EXPECT_EQ(graph.share_holders(2), (std::vector<std::uint32_t>{0, 1, 2, 3}));
    EXPECT_FALSE(graph.has_torn_window({true, false, false, false}));
}

// A site's neighbours lie around it on the ring: dropping them all cuts it off, and must be noticed.
TEST(NeighbourGraph, notices_a_site_that_is_being_cut_off) {
    const NeighbourGraph graph(kRing, seed_of(3));
    std::vector<bool> survived(kRing.sites, true);
    EXPECT_FALSE(graph.has_torn_window(survived));
    for (const std::uint32_t neighbour : graph.neighbours(77)) survived[neighbour] = false;
    EXPECT_TRUE(graph.has_torn_window(survived));
}

TEST(NeighbourGraph, allows_as_many_in_a_window_as_the_shape_says) {
    const NeighbourGraph graph(kRing, seed_of(3));
    for (std::uint32_t site = 0; site < kRing.sites; site += 40) {
        const auto neighbours = graph.neighbours(site);
        std::vector<bool> survived(kRing.sites, true);
        for (int i = 0; i < 3; ++i) survived[neighbours[i]] = false;
        EXPECT_FALSE(graph.has_torn_window(survived));
    }
}

}  // namespace
}  // namespace huizhen::secagg
