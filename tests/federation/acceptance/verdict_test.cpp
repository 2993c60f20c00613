#include <huizhen/acceptance/verdict.h>

namespace huizhen::acceptance {
namespace {

// Areas 0.8 before and 0.8 + gain after, each known to about +-0.05, the difference to +-width.
HeadRow head_of(double gain, double width = 0.03, std::uint64_t n = 100) {
    HeadRow row;
    row.head = "malignant";
    row.n = n;
    row.positives = n / 4;
    row.patients = n;
    row.before = Measured{{0.8, 0.75, 0.85}, {0.05, 0.15, 0, 1}};
    row.after = {{0.8 + gain, 0.75 + gain, 0.85 + gain}, {0.05, 0.15, 0, 1}};
    row.difference = {gain, gain - width, gain + width};
    return row;
}

std::vector<SiteRow> sites(std::initializer_list<HeadRow> heads) {
    std::vector<SiteRow> rows;
    for (const HeadRow& head : heads) rows.push_back({"site-" + std::to_string(rows.size() + 1), {head}});
    return rows;
}

const Finding* find(const Verdict& verdict, Rule rule, const std::string& site = "") {
    for (const Finding& finding : verdict.findings) {
        if (finding.rule == rule && finding.site == site) return &finding;
    }
    return nullptr;
}

TEST(Verdict, a_model_better_everywhere_is_accepted_and_every_rule_speaks) {
    const Verdict verdict = judge({}, sites({head_of(0.02), head_of(0.01), head_of(0.03)}));
    EXPECT_TRUE(verdict.accepted);
    EXPECT_EQ(verdict.findings.size(), 3u + 1 + 3 + 1 + 3);
    EXPECT_EQ(find(verdict, Rule::kSupport, "site-2")->sentence,
              "site-2, malignant: 100 cases, 25 positive, 100 patients");
    EXPECT_EQ(find(verdict, Rule::kNoClearLoss, "site-1")->sentence,
              "site-1, malignant: AUC 0.800 (0.750 to 0.850) before, 0.820 (0.770 to 0.870) after, "
              "difference +0.020 (-0.010 to +0.050); the loss may not be certain to pass 0.000");
    EXPECT_EQ(find(verdict, Rule::kPooledGain)->sentence,
              "malignant: AUC difference +0.020 (+0.003 to +0.037) over 300 cases of 3 sites; at least "
              "+0.000");
    EXPECT_TRUE(verdict.sentences()[0].starts_with("support, passed: site-1"));
}

// What a mean would hide: two sites gain, one is harmed.
TEST(Verdict, one_site_that_is_clearly_harmed_is_enough_to_refuse) {
    const Verdict verdict = judge({}, sites({head_of(0.1), head_of(0.1), head_of(-0.06)}));
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(find(verdict, Rule::kPooledGain)->outcome, Outcome::kPassed);
    EXPECT_EQ(find(verdict, Rule::kNoClearLoss, "site-3")->outcome, Outcome::kFailed);
    EXPECT_EQ(find(verdict, Rule::kNoClearLoss, "site-1")->outcome, Outcome::kPassed);
    AcceptanceRules lenient;
    lenient.max_clear_loss = 0.04;
    EXPECT_TRUE(judge(lenient, sites({head_of(0.1), head_of(0.1), head_of(-0.06)})).accepted);
}

TEST(Verdict, a_loss_that_cannot_be_ruled_out_refuses_where_the_plan_asks_so) {
    const auto rows = sites({head_of(0.02), head_of(0.0, 0.12)});
    EXPECT_TRUE(judge({}, rows).accepted);
    AcceptanceRules strict;
    strict.max_possible_loss = 0.1;
    const Verdict verdict = judge(strict, rows);
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(find(verdict, Rule::kNotInferior, "site-2")->outcome, Outcome::kFailed);
    EXPECT_EQ(find(verdict, Rule::kNotInferior, "site-1")->outcome, Outcome::kPassed);
}

TEST(Verdict, pools_by_cases) {
    const auto rows = sites({head_of(0.03, 0.03, 1000), head_of(-0.02, 0.03, 100)});
    const Verdict verdict = judge({}, rows);
    EXPECT_NE(find(verdict, Rule::kPooledGain)->sentence.find("+0.025 "), std::string::npos);
    EXPECT_NE(find(verdict, Rule::kPooledGain)->sentence.find("over 1100 cases of 2 sites"),
              std::string::npos);
    AcceptanceRules more;
    more.min_pooled_gain = 0.03;
    EXPECT_FALSE(judge(more, rows).accepted);
}

TEST(Verdict, a_site_of_few_cases_is_shown_and_not_judged) {
    HeadRow harmed_but_tiny = head_of(-0.3, 0.03, 12);
    const Verdict verdict = judge({}, sites({head_of(0.02), head_of(0.02), harmed_but_tiny}));
    EXPECT_TRUE(verdict.accepted);
    EXPECT_EQ(find(verdict, Rule::kSupport, "site-3")->outcome, Outcome::kNotJudged);
    EXPECT_NE(find(verdict, Rule::kSupport, "site-3")->sentence.find("12 cases, 3 positive"),
              std::string::npos);
    EXPECT_EQ(find(verdict, Rule::kNoClearLoss, "site-3"), nullptr);
    HeadRow few_positives = head_of(0.02);
    few_positives.positives = 4;
    HeadRow few_negatives = head_of(0.02);
    few_negatives.positives = 97;
    EXPECT_FALSE(judge({}, sites({head_of(0.02), few_positives, few_negatives})).accepted);
}

TEST(Verdict, too_few_judged_sites_refuse) {
    const Verdict verdict = judge({}, sites({head_of(0.1)}));
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(find(verdict, Rule::kEnoughSites)->sentence,
              "malignant: 1 of 1 sites have cases enough to be judged; at least 2 must");
    EXPECT_FALSE(judge({}, {}).accepted);
    AcceptanceRules none;
    none.min_sites = 0;
    EXPECT_FALSE(judge(none, sites({head_of(0.1, 0.03, 5)})).accepted);
}

TEST(Verdict, worse_calibration_refuses) {
    HeadRow worse = head_of(0.02);
    worse.after.calibration.ece = 0.11;
    const Verdict verdict = judge({}, sites({head_of(0.02), worse}));
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(find(verdict, Rule::kCalibration, "site-2")->outcome, Outcome::kFailed);
    AcceptanceRules lenient;
    lenient.max_ece_rise = 0.07;
    EXPECT_TRUE(judge(lenient, sites({head_of(0.02), worse})).accepted);
}

TEST(Verdict, every_head_must_be_judged_and_pass) {
    auto rows = sites({head_of(0.02), head_of(0.02)});
    AcceptanceRules rules;
    rules.heads = {"malignant", "solid"};
    EXPECT_FALSE(judge(rules, rows).accepted);
    for (SiteRow& row : rows) {
        row.heads.push_back(head_of(-0.2));
        row.heads.back().head = "solid";
    }
    EXPECT_FALSE(judge({}, rows).accepted);
    rules.heads = {"malignant"};
    EXPECT_TRUE(judge(rules, rows).accepted);
}

TEST(Verdict, the_first_model_is_judged_by_its_own_area) {
    HeadRow first = head_of(0.0);
    first.before.reset();
    first.difference = {};
    AcceptanceRules rules;
    rules.min_first_auc = 0.79;
    const Verdict verdict = judge(rules, sites({first, first}));
    EXPECT_TRUE(verdict.accepted);
    EXPECT_NE(find(verdict, Rule::kFirstModel), nullptr);
    rules.min_first_auc = 0.81;
    EXPECT_FALSE(judge(rules, sites({first, first})).accepted);
    // Where others know the old model, a site that does not report it is no proof of anything.
    EXPECT_FALSE(judge({}, sites({head_of(0.02), head_of(0.02), first})).accepted);
}

TEST(Verdict, rows_that_cannot_be_are_refused) {
    const auto refused = [](auto change) {
        SiteRow row = {"site-1", {head_of(0.02)}};
        change(row.heads[0]);
        return !check(row);
    };
    EXPECT_FALSE(refused([](HeadRow&) {}));
    EXPECT_TRUE(refused([](HeadRow& h) { h.positives = 101; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.patients = 101; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.head = ""; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.after.auc.estimate = 1.2; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.after.auc.low = 0.9; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.after.auc.estimate = std::nan(""); }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.after.calibration.ece = -0.1; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.after.calibration.ece = std::nan(""); }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.difference = {0.5, 0.4, 0.6}; }));
    EXPECT_TRUE(refused([](HeadRow& h) { h.before->calibration.slope = INFINITY; }));
    EXPECT_FALSE(check(SiteRow{"", {}}));
    EXPECT_FALSE(check(SiteRow{"a", {head_of(0.02), head_of(0.02)}}));
    EXPECT_TRUE(check(SiteRow{"a", {}}));
}

TEST(Verdict, what_measure_makes_passes_and_says_what_there_is) {
    const std::vector<double> before = {0.2, 0.6, 0.4, 0.7, 0.3, 0.9}, after = {0.1, 0.4, 0.5, 0.8, 0.3, 0.9};
    const std::vector<int> labels = {0, 0, 1, 1, 0, 1};
    const HeadRow row = measure("malignant", before, after, labels, std::vector<int>{1, 1, 2, 3, 4, 4});
    EXPECT_EQ(row.n, 6u);
    EXPECT_EQ(row.positives, 3u);
    EXPECT_EQ(row.patients, 4u);
    EXPECT_NEAR(row.difference.estimate, 1 - 8.0 / 9, 1e-12);
    EXPECT_TRUE(check(SiteRow{"a", {row}}));
    const HeadRow first = measure("malignant", {}, after, labels);
    EXPECT_FALSE(first.before);
    EXPECT_TRUE(check(SiteRow{"a", {first}}));
    EXPECT_TRUE(check(SiteRow{"a", {measure("x", {}, {}, {})}}));
    EXPECT_TRUE(check(SiteRow{"a", {measure("x", before, after, std::vector<int>(6, 1))}}));
}

TEST(Verdict, a_model_that_answers_with_no_number_has_no_figures_that_pass) {
    std::vector<double> before, after;
    std::vector<int> labels;
    for (int i = 0; i < 200; ++i) {
        labels.push_back(i % 2);
        before.push_back(i / 200.0);
        after.push_back(i % 3 == 0 ? std::nan("") : 1 - i / 200.0);
    }
    const HeadRow row = measure("malignant", before, after, labels);
    EXPECT_TRUE(std::isnan(row.after.auc.estimate));
    EXPECT_TRUE(std::isnan(row.after.calibration.ece));
    EXPECT_FALSE(check(SiteRow{"a", {row}}));
    EXPECT_FALSE(judge({}, sites({row, row, row})).accepted);
}

TEST(Verdict, a_person_decides_otherwise_by_name_and_with_a_reason) {
    const Verdict refused = judge({}, sites({head_of(-0.2), head_of(-0.2)}));
    EXPECT_FALSE(accepted(refused, std::nullopt));
    EXPECT_TRUE(accepted(refused, Override{"head of radiology", "a new scanner", true}));
    const Verdict passed = judge({}, sites({head_of(0.2), head_of(0.2)}));
    EXPECT_FALSE(accepted(passed, Override{"head of radiology", "misses ground glass", false}));
    EXPECT_FALSE(check(Override{"", "because", true}));
    EXPECT_FALSE(check(Override{"head of radiology", " \n", true}));
    EXPECT_FALSE(check(Override{"head of radiology", std::string(5000, 'x'), true}));
    EXPECT_TRUE(check(Override{"head of radiology", "a new scanner", true}));
}

TEST(Verdict, rules_out_of_range_are_refused) {
    AcceptanceRules rules;
    EXPECT_TRUE(check(rules));
    rules.max_clear_loss = -0.1;
    EXPECT_FALSE(check(rules));
    rules = {};
    rules.max_possible_loss = std::nan("");
    EXPECT_FALSE(check(rules));
    rules = {};
    rules.min_pooled_gain = std::nan("");
    EXPECT_FALSE(check(rules));
    rules = {};
    rules.min_first_auc = 2;
    EXPECT_FALSE(check(rules));
}

}  // namespace
}  // namespace huizhen::acceptance
