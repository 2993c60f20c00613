#include <gmock/gmock.h>

#include "learning_fixture.h"

namespace huizhen::learning {
namespace {

class Tasks : public Learning {};

TEST_F(Tasks, have_a_layout_and_a_start_without_any_case) {
    for (const char* name :
         {"ct-crops/1", "report-stage/1", "synthetic-linear/1", "synthetic-linear/1:100000"}) {
        const auto made = task(name, {});
        EXPECT_EQ(made->name(), name);
        std::size_t at = 0;
        for (const ParameterBlock& block : made->layout().blocks()) {
            EXPECT_EQ(block.offset, at);
            EXPECT_EQ(block.count, static_cast<std::size_t>(block.shape.count()));
            at += block.count;
        }
        EXPECT_EQ(at, made->layout().size());
        EXPECT_EQ(made->initial(5).size(), at);
        EXPECT_EQ(made->initial(5), task(name, {})->initial(5));
        EXPECT_NE(made->initial(5), made->initial(6));
        EXPECT_EQ(made->layout().fingerprint(), task(name, {})->layout().fingerprint());
    }
    EXPECT_EQ(task("synthetic-linear/1:100000", {})->layout().size(), 100000U);
}

TEST_F(Tasks, have_a_layout_that_says_which_numbers_are_of_norms) {
    for (const char* name : {"ct-crops/1", "synthetic-linear/1"}) {
        std::size_t norms = 0;
        const auto made = task(name, {});
        for (const ParameterBlock& block : made->layout().blocks()) {
            EXPECT_EQ(block.kind == ParameterKind::kNorm, block.name.find("norm") != std::string::npos)
                << block.name;
            norms += block.kind == ParameterKind::kNorm ? block.count : 0;
        }
        EXPECT_GT(norms, 0U) << name;
        EXPECT_LT(norms, made->layout().size() / 10) << name;
    }
}

TEST_F(Tasks, of_a_network_train_to_the_same_bits_whatever_the_threads_and_the_site_key) {
    CaseSet set = made_up_crops(12);
    const auto made = task("ct-crops/1", set);
    const TrainOptions how{
        .epochs = 1, .batch = 8, .optimizer = LocalOptimizer::kAdamW, .learning_rate = 1e-3};
    const auto first = trained(*made, made->initial(1), how);
    EXPECT_EQ(trained(*made, made->initial(1), how).weights, first.weights);

    Executor one(1);
    engine::Context alone(one, {engine::cpu_backend(), engine::reference_backend()});
    for (Case& each : set.cases) each.id[0] ^= 0x5a, each.patient[0] ^= 0x33;
    put_in_order(set);
    auto again = make_task("ct-crops/1", set, {}, alone);
    ASSERT_TRUE(again);
    EXPECT_EQ(trained(**again, made->initial(1), how).weights, first.weights);
}

TEST_F(Tasks, learn_crops_and_tell_it_on_patients_never_trained_on) {
    const auto made = task("ct-crops/1", made_up_crops(30));
    auto weights = made->initial(1);
    const auto before = made->evaluate(weights, {}, silent_progress());
    const auto result =
        trained(*made, weights,
                {.epochs = 6, .batch = 8, .optimizer = LocalOptimizer::kAdamW, .learning_rate = 3e-3});
    const auto after = made->evaluate(result.weights, {}, silent_progress());
    ASSERT_TRUE(before && after);
    const HeadFigures& figures = after->figures.at(0);
    EXPECT_EQ(figures.head, "malignant");
    EXPECT_EQ(figures.n, 12U);  // two cases of each patient of fold 0
    EXPECT_EQ(figures.patients, 6U);
    EXPECT_GT(figures.auc, 0.95);
    EXPECT_LT(figures.brier, before->figures[0].brier);
    EXPECT_LE(figures.auc_low, figures.auc);
    EXPECT_GE(figures.auc_high, figures.auc);
}

// A held-out patient's labels are turned round; if the training saw any, the weights would change.
TEST_F(Tasks, never_train_on_held_out_patients) {
    for (const char* name : {"ct-crops/1", "report-stage/1"}) {
        const bool crops = name == std::string("ct-crops/1");
        CaseSet set = crops ? made_up_crops(10) : made_up_reports(20);
        const TrainOptions how{.epochs = 1, .batch = 8};
        const auto made = task(name, set);
        const auto whole = trained(*made, made->initial(1), how);
        EXPECT_EQ(whole.samples, made->counts().cases - made->counts().held_out_cases);
        EXPECT_GT(made->counts().held_out_cases, 0U);
        std::erase_if(set.cases, [](const Case& one) { return one.fold == 0; });
        const auto without = task(name, set);
        EXPECT_EQ(trained(*without, made->initial(1), how).weights, whole.weights) << name;
        EXPECT_EQ(without->evaluate(whole.weights, {}, silent_progress())->figures[0].n, 0U);
    }
}

TEST_F(Tasks, leave_unknown_labels_out_of_loss_and_figures) {
    CaseSet set = made_up_reports(20);
    const auto made = task("report-stage/1", set);
    const TrainOptions how{.epochs = 2, .learning_rate = 0.1};
    const auto start = made->initial(1);
    const auto weights = trained(*made, start, how).weights;
    const std::size_t heads = made->heads().size();
    ASSERT_EQ(heads, 3U);
    // The last block is the heads' bias, one number each: the head that nobody labelled stays as it was.
    const ParameterBlock& bias = made->layout().blocks().back();
    ASSERT_EQ(bias.count, heads);
    EXPECT_NE(weights[bias.offset], start[bias.offset]);
    EXPECT_EQ(weights[bias.offset + 2], start[bias.offset + 2]);
    const auto evaluation = made->evaluate(weights, {}, silent_progress());
    ASSERT_TRUE(evaluation);
    EXPECT_EQ(evaluation->figures[0].n, 4U);
    EXPECT_EQ(evaluation->figures[2].n, 0U);
    EXPECT_TRUE(std::isnan(evaluation->figures[2].auc));
}

TEST_F(Tasks, learn_reports) {
    const auto made = task("report-stage/1", made_up_reports(60));
    const auto result =
        trained(*made, made->initial(1),
                {.epochs = 10, .batch = 8, .optimizer = LocalOptimizer::kAdamW, .learning_rate = 1e-2});
    const auto evaluation = made->evaluate(result.weights, {}, silent_progress());
    ASSERT_TRUE(evaluation);
    EXPECT_GT(evaluation->figures[0].auc, 0.95);
    EXPECT_GT(evaluation->figures[1].auc, 0.95);
}

TEST_F(Tasks, of_two_sites_differ_where_they_are_synthetic) {
    auto here = make_task("synthetic-linear/1", {}, {0, "here"}, context_);
    auto there = make_task("synthetic-linear/1", {}, {0, "there"}, context_);
    ASSERT_TRUE(here && there);
    const auto start = (*here)->initial(1);
    EXPECT_EQ((*there)->initial(1), start);
    EXPECT_NE(trained(**here, start, {}).weights, trained(**there, start, {}).weights);
    const auto result = trained(**here, start, {.epochs = 20, .learning_rate = 0.1});
    EXPECT_GT((*here)->evaluate(result.weights, {}, silent_progress())->figures[0].auc, 0.8);
}

TEST_F(Tasks, refuse_names_and_cases_that_do_not_fit) {
    const auto code = [&](const char* name, CaseSet cases) {
        return make_task(name, std::move(cases), {}, context_).error().code();
    };
    for (const char* name :
         {"ct-crops/2", "", "synthetic-linear/1:", "synthetic-linear/1:12x", "synthetic-linear/12"}) {
        EXPECT_EQ(code(name, {}), ErrorCode::kUnsupported) << name;
    }
    EXPECT_EQ(code("synthetic-linear/1:3", {}), ErrorCode::kLimitExceeded);
    EXPECT_EQ(code("synthetic-linear/1:99999999999", {}), ErrorCode::kLimitExceeded);
    EXPECT_EQ(code("report-stage/1", made_up_crops(1)), ErrorCode::kMalformedInput);
    CaseSet no_picture = made_up_crops(1), no_spacing = made_up_crops(1), no_label = made_up_crops(1);
    no_picture.cases[0].side = 0;
    no_picture.cases[0].hu.clear();
    no_spacing.cases[0].spacing_mm = 0;
    no_label.cases[0].labels.clear();
    for (const CaseSet& set : {no_picture, no_spacing, no_label}) {
        EXPECT_EQ(code("ct-crops/1", set), ErrorCode::kMalformedInput);
    }
    CaseSet no_text = made_up_reports(2);
    no_text.cases[0].text.clear();
    EXPECT_EQ(code("report-stage/1", no_text), ErrorCode::kMalformedInput);
}

TEST_F(Tasks, without_cases_say_so) {
    const auto made = task("ct-crops/1", {});
    EXPECT_EQ(made->train(made->initial(1), {}, {}, silent_progress()).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace huizhen::learning
