#include "policy/policy_file.h"

#include <gtest/gtest.h>

#include <huizhen/test_support/data.h>

namespace huizhen::site {
namespace {

TEST(PolicyFile, absent_it_is_the_defaults) {
    const testing::TemporaryFolder folder;
    const auto settings = read_settings(folder.path() / "site.toml");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->policy.min_sites, 3U);
    EXPECT_FALSE(settings->budget);
    EXPECT_EQ(settings->new_models, NewModels::kRun);
}

TEST(PolicyFile, what_is_written_is_read_back) {
    SiteSettings settings;
    settings.policy.min_sites = 5;
    settings.policy.tasks = {"ct-crops/1"};
    settings.policy.strategies = {rounds::StrategyKind::kFedAvg, rounds::StrategyKind::kFedBn};
    settings.policy.known_sites = {rounds::SiteId("st-mary"), rounds::SiteId("north")};
    settings.policy.demands_noise = true;
    settings.policy.min_noise_multiplier = 0.75;
    settings.policy.max_local_epochs = 7;
    settings.policy.max_model_bytes = 12U << 20U;
    settings.policy.max_rounds_per_day = 3;
    settings.policy.from_minute = 20 * 60;
    settings.policy.to_minute = 6 * 60 + 30;
    settings.budget = privacy::Budget{8, 1e-6};
    settings.new_models = NewModels::kAsk;
    const std::string text = write_settings(settings);
    const auto read = parse_settings(text, "site.toml");
    ASSERT_TRUE(read) << read.error().to_string() << text;
    EXPECT_EQ(read->policy.min_sites, 5U);
    EXPECT_EQ(read->policy.tasks, settings.policy.tasks);
    EXPECT_EQ(read->policy.strategies, settings.policy.strategies);
    EXPECT_EQ(read->policy.known_sites, settings.policy.known_sites);
    EXPECT_TRUE(read->policy.demands_noise);
    EXPECT_EQ(read->policy.min_noise_multiplier, 0.75);
    EXPECT_EQ(read->policy.max_local_epochs, 7U);
    EXPECT_EQ(read->policy.max_model_bytes, 12U << 20U);
    EXPECT_EQ(read->policy.max_rounds_per_day, 3U);
    EXPECT_EQ(read->policy.from_minute, 20U * 60);
    EXPECT_EQ(read->policy.to_minute, 6U * 60 + 30);
    ASSERT_TRUE(read->budget);
    EXPECT_EQ(read->budget->epsilon, 8);
    EXPECT_EQ(read->budget->delta, 1e-6);
    EXPECT_EQ(read->new_models, NewModels::kAsk);
}

TEST(PolicyFile, names_line_and_column_of_a_mistake) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {"min_sites = 2", "site.toml:1:13: min_sites: must be a whole number from 3 to 10000"},
        {"\nhours = \"8-9\"", "site.toml:2:9: hours: must be hours of the day"},
        {"hours = \"08:00-08:00\"", "site.toml:1:9: hours:"},
        {"hours = \"24:00-08:00\"", "site.toml:1:9: hours:"},
        {"strategies = [\"fedmagic\"]", "site.toml:1:15: strategies: no strategy is called fedmagic"},
        {"known_sites = [\"St Mary\"]", "site.toml:1:16: known_sites: "},
        {"demand_noise = 1", "site.toml:1:16: demand_noise: must be true or false"},
        {"budget_epsilon = -1.0", "site.toml:1:18: budget_epsilon: must be a number from 0 to 10000"},
        {"new_models = \"maybe\"", "site.toml:1:14: new_models: must be"},
        {"tasks = \"ct-crops/1\"", "site.toml:1:9: tasks: must be a list"},
        {"colour = \"red\"", "site.toml:1:10: colour: is no setting of this version"},
        {"min_sites = = 3", "site.toml:1:"},
    };
    for (const auto& [text, message] : mistakes) {
        const auto settings = parse_settings(text, "site.toml");
        ASSERT_FALSE(settings) << text;
        EXPECT_EQ(settings.error().code(), ErrorCode::kMalformedInput);
        EXPECT_TRUE(settings.error().message().starts_with(message)) << settings.error().message();
    }
}

}  // namespace
}  // namespace huizhen::site
