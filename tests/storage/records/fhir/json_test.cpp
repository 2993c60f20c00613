#include "json.h"

#include <huizhen/fhir/limits.h>

#include "resources.h"

namespace huizhen::fhir {
namespace {

std::string read(std::string_view text) {
    const auto json = read_json(text);
    return json ? json->dump() : first_word(json.error());
}

TEST(Json, is_read_whole) {
    EXPECT_EQ(read(R"({"a": [1, -2, 2.5, true, null, "x", {"b": []}]})"),
              R"({"a":[1,-2,2.5,true,null,"x",{"b":[]}]})");
    EXPECT_EQ(read("\xEF\xBB\xBF{}"), "{}");
    EXPECT_EQ(read("7"), "7");
}

TEST(Json, refuses_what_is_none) {
    for (const char* text :
         {"", "{", "{\"a\"}", "{\"a\": 1,}", "[1 2]", "nul", "{} {}", "\"\xFF\"", "\"a\nb\"", "// c\n{}"})
        EXPECT_EQ(read(text), "not-json") << text;
}

TEST(Json, holds_each_key_once) {
    EXPECT_EQ(read(R"({"value": 1, "value": 2})"), "duplicate-key");
    EXPECT_EQ(read(R"([{"a": 1}, {"a": 2}])"), R"([{"a":1},{"a":2}])");
}

TEST(Json, has_limits) {
    EXPECT_EQ(read(std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']')).substr(0, 2), "[[");
    EXPECT_EQ(read(std::string(kMaxDepth + 1, '[')), "too-deep");
    EXPECT_EQ(read(std::string(1'000'000, '[')), "too-deep");
    EXPECT_EQ(read(std::string(kMaxBytes + 1, ' ')), "too-large");
    std::string many = "[0";
    while (many.size() < 2 * kMaxValues + 10) many += ",0";
    EXPECT_EQ(read(many + "]"), "too-many-values");
}

TEST(Json, says_nothing_of_what_it_read) {
    const auto json = read_json(R"({"name": "Zhang San" oops})");
    EXPECT_EQ(json.error().message().find("Zhang"), std::string::npos) << json.error().message();
}

}  // namespace
}  // namespace huizhen::fhir
