#include <cmath>

#include <federation/v1/evaluation.pb.h>
#include <gtest/gtest.h>

#include <huizhen/exchange/site_row_codec.h>

namespace huizhen::exchange {
namespace {

namespace v1 = federation::v1;
using acceptance::HeadRow;
using acceptance::SiteRow;

SiteRow measured() {
    const std::vector<double> before = {0.3, 0.4, 0.2, 0.6, 0.7, 0.5}, after = {0.2, 0.3, 0.4, 0.8, 0.9, 0.6};
    const std::vector<int> labels = {0, 0, 1, 1, 1, 0}, patients = {1, 1, 2, 3, 4, 5};
    SiteRow row;
    row.site = "alpha";
    row.heads = {acceptance::measure("nodule", before, after, labels, patients),
                 acceptance::measure("first-model", {}, after, labels)};
    return row;
}

v1::EvaluationRow as_message(const SiteRow& row) {
    const auto bytes = encode_row(row);
    v1::EvaluationRow message;
    EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return message;
}

Result<SiteRow> read(const v1::EvaluationRow& message) {
    const std::string bytes = message.SerializeAsString();
    return decode_row("alpha", secagg::Bytes(bytes.begin(), bytes.end()));
}

void expect_same(const acceptance::Interval& a, const acceptance::Interval& b) {
    EXPECT_EQ(a.estimate, b.estimate);
    EXPECT_EQ(a.low, b.low);
    EXPECT_EQ(a.high, b.high);
}

void expect_same(const acceptance::Measured& a, const acceptance::Measured& b) {
    expect_same(a.auc, b.auc);
    EXPECT_EQ(a.calibration.ece, b.calibration.ece);
    EXPECT_EQ(a.calibration.brier, b.calibration.brier);
    EXPECT_EQ(a.calibration.intercept, b.calibration.intercept);
    EXPECT_EQ(a.calibration.slope, b.calibration.slope);
}

TEST(SiteRowCodec, gives_back_every_figure) {
    const SiteRow row = measured();
    const auto read = decode_row("alpha", encode_row(row));
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(read->site, "alpha");
    ASSERT_EQ(read->heads.size(), row.heads.size());
    for (std::size_t i = 0; i < row.heads.size(); ++i) {
        SCOPED_TRACE(row.heads[i].head);
        const HeadRow &a = row.heads[i], &b = read->heads[i];
        EXPECT_EQ(a.head, b.head);
        EXPECT_EQ(a.n, b.n);
        EXPECT_EQ(a.positives, b.positives);
        EXPECT_EQ(a.patients, b.patients);
        ASSERT_EQ(a.before.has_value(), b.before.has_value());
        if (a.before) expect_same(*a.before, *b.before);
        expect_same(a.after, b.after);
    }
    ASSERT_TRUE(read->heads[0].before);
    expect_same(row.heads[0].difference, read->heads[0].difference);
    EXPECT_FALSE(read->heads[1].before);
}

// Whose row it is, the channel says.
TEST(SiteRowCodec, a_row_has_no_name_in_it) {
    SiteRow other = measured();
    other.site = "beta";
    EXPECT_EQ(encode_row(measured()), encode_row(other));
    EXPECT_EQ(decode_row("gamma", encode_row(other))->site, "gamma");
}

TEST(SiteRowCodec, refuses_by_the_site_s_name_what_is_no_row) {
    const auto whole = encode_row(measured());
    const secagg::Bytes cut(whole.begin(), whole.end() - 3), noise = {0xFF, 0xFF, 0xFF, 0xFF};
    for (const secagg::Bytes& bytes : {cut, noise}) {
        const auto read = decode_row("alpha", bytes);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code(), ErrorCode::kMalformedInput);
        EXPECT_NE(read.error().message().find("alpha"), std::string::npos) << read.error().message();
    }
}

TEST(SiteRowCodec, refuses_more_heads_than_any_task_has) {
    v1::EvaluationRow message = as_message(measured());
    for (std::size_t i = 0; i <= acceptance::kMaxHeads; ++i) {
        *message.add_heads() = message.heads(0);
        message.mutable_heads(message.heads_size() - 1)->set_head("h" + std::to_string(i));
    }
    const auto many = read(message);
    ASSERT_FALSE(many);
    EXPECT_TRUE(many.error().message().starts_with("row-malformed: ")) << many.error().message();
}

TEST(SiteRowCodec, refuses_figures_that_cannot_be) {
    using Head = v1::EvaluatedHead;
    const std::vector<std::pair<const char*, std::function<void(Head&)>>> lies = {
        {"more positives than cases", [](Head& head) { head.set_positive_cases(head.cases() + 1); }},
        {"an area above 1", [](Head& head) { head.mutable_after()->mutable_auc()->set_estimate(1.5); }},
        {"an interval beside its estimate",
         [](Head& head) {
             head.mutable_after()->mutable_auc()->set_low(0.99);
             head.mutable_after()->mutable_auc()->set_estimate(0.5);
         }},
        {"a calibration error below 0", [](Head& head) { head.mutable_after()->set_ece(-0.1); }},
        {"no number where there is one", [](Head& head) { head.mutable_after()->set_brier(std::nan("")); }},
        {"a name as long as a book", [](Head& head) { head.set_head(std::string(10'000, 'x')); }},
        {"another head's name", [](Head& head) { head.set_head("first-model"); }},
        {"a difference that is none",
         [](Head& head) {
             head.mutable_difference()->set_estimate(0.9);
             head.mutable_difference()->set_low(0.8);
             head.mutable_difference()->set_high(1.0);
         }},
    };
    for (const auto& [what, lie] : lies) {
        v1::EvaluationRow message = as_message(measured());
        ASSERT_TRUE(read(message));
        lie(*message.mutable_heads(0));
        const auto told = read(message);
        ASSERT_FALSE(told) << what;
        EXPECT_EQ(told.error().code(), ErrorCode::kMalformedInput) << what;
        EXPECT_NE(told.error().message().find("alpha"), std::string::npos) << told.error().message();
    }
}

}  // namespace
}  // namespace huizhen::exchange
