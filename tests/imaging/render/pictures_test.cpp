#include <huizhen/render/finding_picture.h>

namespace huizhen::imaging {
namespace {

Volume chest() {
    Geometry geometry;
    geometry.spacing_mm = {2, 2, 2};
    Volume volume({80, 60, 70}, geometry, -800);
    for (int z = 0; z < 70; ++z) {
        for (int y = 0; y < 60; ++y) {
            for (int x = 0; x < 80; ++x) {
                if (x < 6 || x > 73 || y < 6 || y > 53) volume.at(x, y, z) = 40;
            }
        }
    }
    return volume;
}

PictureFinding finding_at(Vec3 centre_mm, int number) {
    PictureFinding finding;
    finding.number = number;
    finding.centre_mm = centre_mm;
    finding.long_axis_mm = 9;
    finding.title = "Finding " + std::to_string(number);
    finding.caption = {"9.0 x 8.0 mm", "probability 0.4", "and more"};
    finding.short_line = "9 mm";
    return finding;
}

const PictureNotes kNotes{.intended_use = "Research use only, not a diagnosis.", .origin = "test"};

int differing(const Picture& a, const Picture& b) {
    int count = 0;
    for (std::size_t i = 0; i < a.pixels().size(); ++i) count += a.pixels()[i] == b.pixels()[i] ? 0 : 1;
    return count;
}

TEST(FindingPicture, shows_evidence_and_outline_when_there_are_any) {
    const Volume volume = chest();
    PictureFinding finding = finding_at({80, 60, 70}, 1);
    const Picture plain = render_finding(volume, finding, kNotes);
    Geometry geometry;
    geometry.origin_mm = {70, 50, 60};
    Mask mask({21, 21, 21}, geometry);
    for (int z = 6; z < 15; ++z) {
        for (int y = 6; y < 15; ++y) {
            for (int x = 6; x < 15; ++x) mask.at(x, y, z) = 1;
        }
    }
    finding.outline = &mask;
    const Picture outlined = render_finding(volume, finding, kNotes);
    const Grid<float> evidence({21, 21, 21}, geometry, 0.9F);
    finding.evidence = &evidence;
    finding.evidence_name = "occlusion";
    const Picture explained = render_finding(volume, finding, kNotes);
    ASSERT_EQ(outlined.pixels().size(), plain.pixels().size());
    ASSERT_EQ(explained.pixels().size(), plain.pixels().size());
    EXPECT_GT(differing(plain, outlined), 500);
    EXPECT_GT(differing(outlined, explained), 20'000);
}

TEST(FindingPicture, a_finding_at_the_very_edge_is_drawn) {
    const Volume volume = chest();
    const Picture corner = render_finding(volume, finding_at({0, 0, 0}, 1), kNotes);
    const Picture opposite = render_finding(volume, finding_at({158, 118, 138}, 1), kNotes);
    EXPECT_GT(differing(corner, opposite), 10'000);
}

TEST(FindingPicture, says_what_it_is_for) {
    const PictureFinding finding = finding_at({80, 60, 70}, 1);
    const Picture with = render_finding(chest(), finding, kNotes);
    const Picture without = render_finding(chest(), finding, {.intended_use = "", .origin = "test"});
    EXPECT_GT(differing(with, without), 100);
}

TEST(ContactSheet, has_a_place_for_each_finding) {
    const Volume volume = chest();
    std::vector<PictureFinding> findings;
    const Picture none = render_contact_sheet(volume, findings, "Chest CT", "nothing found", kNotes);
    for (int i = 1; i <= 8; ++i) findings.push_back(finding_at({10.0 + 15 * i, 60, 70}, i));
    const Picture eight = render_contact_sheet(volume, findings, "Chest CT", "", kNotes);
    findings.resize(4);
    const Picture four = render_contact_sheet(volume, findings, "Chest CT", "", kNotes);
    EXPECT_LT(none.height(), four.height());
    EXPECT_EQ(eight.height() - four.height(), four.height() - none.height());
    EXPECT_EQ(eight.width(), none.width());
}

TEST(ContactSheet, says_when_nothing_was_found) {
    const Volume volume = chest();
    const Picture said =
        render_contact_sheet(volume, {}, "Chest CT", "No nodule candidate was found.", kNotes);
    const Picture unsaid = render_contact_sheet(volume, {}, "Chest CT", "", kNotes);
    EXPECT_GT(differing(said, unsaid), 100);
}

}  // namespace
}  // namespace huizhen::imaging
