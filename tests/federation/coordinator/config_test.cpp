#include "config/config.h"

#include <gtest/gtest.h>

namespace huizhen::coordinator {
namespace {

constexpr std::string_view kSmallest = "federation = \"North\"\nadvertise = \"fed.example.org:7443\"\n";

TEST(Config, smallest_file_is_filled_with_defaults) {
    const auto config = parse_config(kSmallest, "c.toml");
    ASSERT_TRUE(config) << config.error().to_string();
    EXPECT_EQ(config->federation, "North");
    EXPECT_EQ(config->listen, "0.0.0.0:7443");
    EXPECT_EQ(config->hosts, std::vector<std::string>{"fed.example.org"});
}

TEST(Config, what_is_written_is_read_back) {
    Config config;
    config.federation = "A \"quoted\" name, \u80BA\u7ED3\u8282";
    config.listen = "127.0.0.1:1";
    config.advertise = "[::1]:65535";
    config.hosts = {"a.example", "127.0.0.1"};
    config.silence = std::chrono::seconds(77);
    config.max_object_bytes = 3ULL << 20;
    const auto read = parse_config(write_config(config), "c.toml");
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(read->federation, config.federation);
    EXPECT_EQ(read->advertise, config.advertise);
    EXPECT_EQ(read->hosts, config.hosts);
    EXPECT_EQ(read->silence, config.silence);
    EXPECT_EQ(read->max_object_bytes, config.max_object_bytes);
}

TEST(Config, names_line_and_column_of_a_mistake) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {"silence_s = 1\n", "c.toml:3:13: silence_s: must be a whole number from 5 to 604800"},
        {"listen = 7443\n", "c.toml:3:10: listen: must be a text in quotes"},
        {"listen = \"nowhere\"\n", "c.toml:3:10: listen: must be HOST:PORT"},
        {"hosts = []\n", "c.toml:3:9: hosts: must be a list of 1 to 16 texts"},
        {"hosts = [\"a\", 2]\n", "c.toml:3:15: hosts: must hold texts in quotes"},
        {"colour = \"red\"\n", "c.toml:3:10: colour: is no setting of this version"},
        {"a = = 1\n", "c.toml:3:"},
    };
    for (const auto& [line, message] : mistakes) {
        const auto config = parse_config(std::string(kSmallest) + line, "c.toml");
        ASSERT_FALSE(config) << line;
        EXPECT_EQ(config.error().code(), ErrorCode::kMalformedInput);
        EXPECT_TRUE(config.error().message().starts_with(message)) << config.error().message();
    }
    EXPECT_EQ(parse_config("federation = \"x\"\n", "c.toml").error().message(),
              "c.toml:1:1: advertise: is missing");
}

}  // namespace
}  // namespace huizhen::coordinator
