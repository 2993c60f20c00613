#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/settings/table.h>
#include <huizhen/settings/written.h>

namespace huizhen::settings {
namespace {

// What reading one thing out of a text says.
std::string error_of(std::string_view text, const std::function<Status(Table&)>& read) {
    auto table = Table::parse(text, "node.toml");
    if (!table) return table.error().message();
    Status done = read(*table);
    if (done) done = table->nothing_else();
    return done ? "" : done.error().message();
}

Status ignore_text(const std::string&) { return {}; }

TEST(SettingsTable, GivesWhatIsWritten) {
    auto table = Table::parse("on = true\nname = \"a\"\nlist = [\"x\", \"y\"]\ncount = 7\nshare = 1\n", "f");
    ASSERT_TRUE(table);
    bool on = false;
    std::string name;
    std::vector<std::string> list;
    std::int64_t count = 0;
    double share = 0, absent = 5;
    EXPECT_TRUE(table->truth("on", on));
    EXPECT_TRUE(table->text("name", name));
    EXPECT_TRUE(table->texts("list", 0, 2, [&](const std::string& text) {
        list.push_back(text);
        return Status();
    }));
    EXPECT_TRUE(table->number("count", 0, 7, [&](std::int64_t n) { count = n; }));
    EXPECT_TRUE(table->real("share", 0, 1, share));
    EXPECT_TRUE(table->real("absent", 0, 1, absent));
    EXPECT_TRUE(table->nothing_else());
    EXPECT_TRUE(on);
    EXPECT_EQ(name, "a");
    EXPECT_THAT(list, ::testing::ElementsAre("x", "y"));
    EXPECT_EQ(count, 7);
    EXPECT_EQ(share, 1.0);
    EXPECT_EQ(absent, 5.0);
}

TEST(SettingsTable, NamesThePlaceOfAMistake) {
    bool truth = false;
    double real = 0;
    EXPECT_EQ(error_of("a = 1\nb = yes\n", [](Table&) { return Status(); }).substr(0, 14), "node.toml:2:5:");
    EXPECT_EQ(error_of("\n  on = 1\n", [&](Table& t) { return t.truth("on", truth); }),
              "node.toml:2:8: on: must be true or false");
    EXPECT_EQ(error_of("n = 9", [](Table& t) { return t.number("n", 0, 8, [](auto) {}); }),
              "node.toml:1:5: n: must be a whole number from 0 to 8");
    EXPECT_EQ(error_of("r = nan", [&](Table& t) { return t.real("r", 0, 1, real); }),
              "node.toml:1:5: r: must be a number from 0 to 1");
    EXPECT_EQ(error_of("t = \"\"", [](Table& t) { return t.text("t", ignore_text); }),
              "node.toml:1:5: t: must be a text in quotes");
    EXPECT_EQ(error_of("l = []", [](Table& t) { return t.texts("l", 1, 3, ignore_text); }),
              "node.toml:1:5: l: must be a list of 1 to 3 texts");
    EXPECT_EQ(error_of("x = 1\nlisten = 2", [](Table& t) { return t.number("x", 0, 8, [](auto) {}); }),
              "node.toml:2:10: listen: is no setting of this version");
    EXPECT_THAT(error_of("x = 1", [](Table& t) { return t.required_text("name", ignore_text); }),
                ::testing::EndsWith("name: is missing"));
    EXPECT_EQ(error_of("t = \"b\"",
                       [](Table& t) {
                           return t.text("t", [](const std::string&) {
                               return fail(ErrorCode::kNotFound, "no such thing");
                           });
                       }),
              "node.toml:1:5: t: no such thing");
}

TEST(SettingsTable, HasTablesWithinEachReadWhole) {
    std::vector<std::string> seen;
    const auto read = [&](Table& table) -> Status {
        HZ_TRY(table.table("dicom", [&](Table& inner) {
            return inner.text("title", [&](const std::string& text) {
                seen.push_back(text);
                return Status();
            });
        }));
        return table.tables("to", 2, [&](Table& inner) {
            return inner.required_text("name", [&](const std::string& text) {
                seen.push_back(text);
                return Status();
            });
        });
    };
    EXPECT_EQ(error_of("[dicom]\ntitle = \"A\"\n[[to]]\nname = \"B\"\n[[to]]\nname = \"C\"\n", read), "");
    EXPECT_THAT(seen, ::testing::ElementsAre("A", "B", "C"));
    EXPECT_EQ(error_of("[dicom]\nport = 1\n", read), "node.toml:2:8: port: is no setting of this version");
    EXPECT_EQ(error_of("[[to]]\n", read), "node.toml:1:1: name: is missing");
    EXPECT_EQ(error_of("dicom = 1\n", read), "node.toml:1:9: dicom: must be a table, as in [dicom]");
    EXPECT_THAT(error_of("[[to]]\nname=\"a\"\n[[to]]\nname=\"a\"\n[[to]]\nname=\"a\"\n", read),
                ::testing::HasSubstr("must be at most 2 tables, each under [[to]]"));
}

TEST(SettingsTable, ReadsWhatWasWritten) {
    const std::string odd = "a \"quoted\" \\ \n 医院";
    const std::vector<std::string> list{odd, "b"};
    auto table =
        Table::parse("t = " + written(odd) + "\nl = " + written(list) + "\nr = " + written(0.1) + "\n", "f");
    ASSERT_TRUE(table);
    std::string text;
    std::vector<std::string> texts;
    double real = 0;
    EXPECT_TRUE(table->text("t", text));
    EXPECT_TRUE(table->texts("l", 0, 2, [&](const std::string& one) {
        texts.push_back(one);
        return Status();
    }));
    EXPECT_TRUE(table->real("r", 0, 1, real));
    EXPECT_EQ(text, odd);
    EXPECT_EQ(texts, list);
    EXPECT_EQ(real, 0.1);
}

TEST(Address, IsHostAndPort) {
    for (const char* good : {"a:1", "fed.example.org:7443", "[::1]:65535"})
        EXPECT_TRUE(check_address(good)) << good;
    for (const char* bad : {"", "a", ":1", "a:", "a:0", "a:65536", "::1:7443", "a:1x"})
        EXPECT_FALSE(check_address(bad)) << bad;
}

}  // namespace
}  // namespace huizhen::settings
