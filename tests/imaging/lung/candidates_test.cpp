#include <gtest/gtest.h>

#include <huizhen/lung/candidates.h>
#include <huizhen/test_support/data.h>
#include <huizhen/volume/nifti.h>

#include "chest_fixture.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;
using testing::Chest;
using testing::executor;
using testing::make_chest;
using testing::small_chest;

std::vector<Candidate> candidates_in(const Chest& chest, const CandidateOptions& options = {}) {
    auto found = find_candidates(chest.iso, chest.lungs, options, executor(), silent_progress(), {});
    EXPECT_TRUE(found);
    return std::move(*found);
}

// The best candidate within half a diameter of the nodule; its rank, or nothing.
std::optional<std::size_t> rank_of(const PhantomNodule& nodule, const std::vector<Candidate>& candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (norm(candidates[i].centre_mm - nodule.centre_mm) <= 0.5 * nodule.diameter_mm) return i;
    }
    return std::nullopt;
}

TEST(Candidates, find_every_kind_of_nodule_among_vessels) {
    for (const std::uint64_t seed : {20120, 5, 6}) {
        PhantomOptions options = small_chest();
        options.seed = seed;
        const Chest chest = make_chest(options);
        const std::vector<Candidate> found = candidates_in(chest);
        for (const PhantomNodule& nodule : chest.phantom.nodules) {
            const auto rank = rank_of(nodule, found);
            ASSERT_TRUE(rank) << phantom_nodule_kind_name(nodule.kind) << ", seed " << seed;
            EXPECT_LT(*rank, 25U) << phantom_nodule_kind_name(nodule.kind) << ", seed " << seed;
        }
    }
}

TEST(Candidates, find_solid_nodules_from_4_to_30_mm_and_their_size) {
    PhantomOptions options = small_chest();
    options.with_vessels = false;
    options.nodules.clear();
    for (const double mm : {4.0, 6.0, 10.0, 16.0, 24.0, 30.0})
        options.nodules.push_back({PhantomNoduleKind::kSmoothSolid, mm});
    const Chest chest = make_chest(options);
    const std::vector<Candidate> found = candidates_in(chest);
    for (const PhantomNodule& nodule : chest.phantom.nodules) {
        const auto rank = rank_of(nodule, found);
        ASSERT_TRUE(rank) << nodule.diameter_mm;
        const Candidate& candidate = found[*rank];
        EXPECT_NEAR(candidate.diameter_mm, nodule.diameter_mm, std::max(1.0, 0.15 * nodule.diameter_mm));
        EXPECT_LT(norm(candidate.centre_mm - nodule.centre_mm), std::max(1.0, 0.1 * nodule.diameter_mm));
    }
}

TEST(Candidates, tell_density_and_what_they_touch) {
    const Chest chest = make_chest(small_chest());
    const std::vector<Candidate> found = candidates_in(chest);
    for (const PhantomNodule& nodule : chest.phantom.nodules) {
        const auto rank = rank_of(nodule, found);
        ASSERT_TRUE(rank);
        const Candidate& candidate = found[*rank];
        if (nodule.kind == PhantomNoduleKind::kGroundGlass) {
            EXPECT_EQ(candidate.density, CandidateDensity::kSubsolid);
            EXPECT_EQ(candidate.kind(), "subsolid");
        }
        if (nodule.kind == PhantomNoduleKind::kCalcified) {
            EXPECT_EQ(candidate.density, CandidateDensity::kSolid);
        }
        if (nodule.kind == PhantomNoduleKind::kJuxtapleural) {
            EXPECT_TRUE(candidate.juxtapleural);
            EXPECT_EQ(candidate.kind(), "juxtapleural");
        }
        if (nodule.kind == PhantomNoduleKind::kSmoothSolid) {
            EXPECT_FALSE(candidate.juxtapleural);
        }
    }
}

TEST(Candidates, rank_nodules_above_the_vessels_of_a_chest_without_any) {
    PhantomOptions options = small_chest();
    const Chest with = make_chest(options);
    options.nodules.clear();
    const std::vector<Candidate> vessels = candidates_in(make_chest(options));
    const std::vector<Candidate> found = candidates_in(with);
    const auto solid =
        std::find_if(with.phantom.nodules.begin(), with.phantom.nodules.end(),
                     [](const PhantomNodule& n) { return n.kind == PhantomNoduleKind::kSmoothSolid; });
    const auto rank = rank_of(*solid, found);
    ASSERT_TRUE(rank);
    ASSERT_FALSE(vessels.empty());
    EXPECT_GT(found[*rank].score, vessels.front().score);
}

TEST(Candidates, come_best_first_apart_and_no_more_than_asked) {
    const Chest chest = make_chest(small_chest());
    CandidateOptions options;
    options.max_candidates = 12;
    const std::vector<Candidate> few = candidates_in(chest, options);
    const std::vector<Candidate> many = candidates_in(chest);
    ASSERT_EQ(few.size(), 12U);
    EXPECT_GT(many.size(), few.size());
    for (std::size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i].score, many[i].score);
    for (std::size_t i = 1; i < many.size(); ++i) {
        EXPECT_GE(many[i - 1].score, many[i].score);
        for (std::size_t j = 0; j < i; ++j) EXPECT_GE(norm(many[i].centre_mm - many[j].centre_mm), 2.0);
    }
}

TEST(Candidates, are_the_same_for_any_number_of_threads) {
    const Chest chest = make_chest(small_chest());
    Executor one(1), five(5);
    const auto a = find_candidates(chest.iso, chest.lungs, {}, one, silent_progress(), {});
    const auto b = find_candidates(chest.iso, chest.lungs, {}, five, silent_progress(), {});
    ASSERT_EQ(a->size(), b->size());
    for (std::size_t i = 0; i < a->size(); ++i) {
        EXPECT_EQ((*a)[i].score, (*b)[i].score);
        EXPECT_EQ((*a)[i].centre_mm.x, (*b)[i].centre_mm.x);
    }
}

TEST(Candidates, stop_when_asked_to) {
    std::stop_source source;
    source.request_stop();
    const Volume crop({30, 30, 30}, {}, -850);
    const auto found = find_candidates(crop, whole_grid_as_lung(crop, -850), {}, executor(),
                                       silent_progress(), source.get_token());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::kCancelled);
}

TEST(Candidates, of_even_lung_are_none) {
    const Volume crop({40, 30, 20}, {}, -850);
    EXPECT_TRUE(find_candidates(crop, whole_grid_as_lung(crop, -850), {}, executor(), silent_progress(), {})
                    ->empty());
}

// Every fourth research crop: the readers' nodule gives a candidate within half its diameter. The crops hold
// no lung mask: nodules on the chest wall merge with it here, which a whole scan's mask prevents.
TEST(Candidates, answer_at_nodules_readers_marked) {
    const auto data = HZ_NEED_DATA(huizhen::testing::data_folder());
    std::vector<fs::path> images;
    for (const auto& entry : fs::directory_iterator(data / "lidc-nodules/dev/image"))
        images.push_back(entry.path());
    std::sort(images.begin(), images.end());
    int seen = 0, found = 0;
    for (std::size_t i = 0; i < images.size(); i += 4) {
        const auto volume = read_nifti_volume(images[i]);
        const auto mask = read_nifti_mask(data / "lidc-nodules/dev/mask" / images[i].filename());
        ASSERT_TRUE(volume && mask) << images[i];
        Vec3 sum;
        double count = 0;
        for (int z = 0; z < mask->size().z; ++z) {
            for (int y = 0; y < mask->size().y; ++y) {
                for (int x = 0; x < mask->size().x; ++x) {
                    if (mask->at(x, y, z) == 0) continue;
                    sum = sum + Vec3{double(x), double(y), double(z)};
                    ++count;
                }
            }
        }
        const Vec3 spacing = mask->geometry().spacing_mm;
        PhantomNodule truth;
        truth.centre_mm = mask->geometry().to_patient((1 / count) * sum);
        truth.diameter_mm = std::cbrt(6 / 3.14159265 * count * spacing.x * spacing.y * spacing.z);
        const Volume iso = resample_isotropic(*volume, 1.0, executor());
        const auto candidates =
            find_candidates(iso, whole_grid_as_lung(iso, -850), {}, executor(), silent_progress(), {});
        ++seen;
        found += rank_of(truth, *candidates).has_value();
    }
    RecordProperty("found", found);
    RecordProperty("of", seen);
    EXPECT_GE(found, static_cast<int>(0.9 * seen)) << found << " of " << seen;
}

}  // namespace
}  // namespace huizhen::imaging
