#include <gtest/gtest.h>

#include <huizhen/base/file.h>
#include <huizhen/record_text/character_set.h>
#include <huizhen/test_support/data.h>

namespace huizhen::records {
namespace {

std::string decoded(const char* set, std::string_view bytes) {
    const auto found = CharacterSet::named(set);
    if (!found) return "no set";
    const auto text = found->to_utf8(bytes);
    return text ? *text : text.error().message().substr(0, text.error().message().find(':'));
}

TEST(CharacterSet, knows_table_0211_and_how_hospitals_spell_it) {
    for (const char* name :
         {"ASCII", "8859/1", "8859/15", "UNICODE UTF-8", "UTF-8", "utf8", "UNICODE", "GB 18030-2000",
          "GB18030", "GBK", "gb2312", "BIG-5", "Big5", "KS X 1001", "ISO IR87", "ISO_IR 100", "ISO-8859-1"}) {
        EXPECT_TRUE(CharacterSet::named(name)) << name;
    }
    for (const char* name : {"", " ", "CAN", "8859/16", "UNICODE UTF-16", "a b c"})
        EXPECT_FALSE(CharacterSet::named(name)) << name;
}

TEST(CharacterSet, reads_each_set) {
    EXPECT_EQ(decoded("ASCII", "plain"), "plain");
    EXPECT_EQ(decoded("UTF-8", "\xE5\xBC\xA0"), "\xE5\xBC\xA0");
    EXPECT_EQ(decoded("8859/1", "M\xFCller"), "M\xC3\xBCller");
    EXPECT_EQ(decoded("8859/15", "\xA4"), "\xE2\x82\xAC");
    EXPECT_EQ(decoded("GBK", "\xD5\xC5\xC8\xFD"), "\xE5\xBC\xA0\xE4\xB8\x89");
    EXPECT_EQ(decoded("GB 18030-2000", "\x95\x32\x82\x36"), "\xF0\xA0\x80\x80");  // four bytes
    EXPECT_EQ(decoded("BIG-5", "\xB1\x69"), "\xE5\xBC\xB5");
    EXPECT_EQ(decoded("KS X 1001", "\xB1\xE8"), "\xEA\xB9\x80");
    EXPECT_EQ(decoded("ISO IR87", "\x1B$B;3\x1B(B"), "\xE5\xB1\xB1");
}

TEST(CharacterSet, refuses_bytes_it_does_not_define) {
    EXPECT_EQ(decoded("ASCII", "M\xFCller"), "character-set-damaged");
    EXPECT_EQ(decoded("UTF-8", "M\xFCller"), "character-set-damaged");
    EXPECT_EQ(decoded("UTF-8", "\xED\xA0\x80"), "character-set-damaged");  // half a surrogate pair
    EXPECT_EQ(decoded("UTF-8", "\xC0\xAF"), "character-set-damaged");      // longer than it need be
    EXPECT_EQ(decoded("GBK", "\xD5"), "character-set-damaged");
    EXPECT_EQ(decoded("GBK", "\xFF\xFF"), "character-set-damaged");
}

TEST(CharacterSet, says_where_without_saying_what) {
    const auto text = CharacterSet::named("UTF-8")->to_utf8("Wang M\xFCller");
    ASSERT_FALSE(text);
    EXPECT_NE(text.error().message().find("byte 6"), std::string::npos) << text.error().message();
    EXPECT_EQ(text.error().message().find("Wang"), std::string::npos);
}

TEST(CharacterSet, writes_what_it_reads) {
    for (const char* name : {"UTF-8", "GB18030", "GBK"}) {
        const auto set = CharacterSet::named(name);
        const std::string text = "\xE5\xBC\xA0\xE4\xB8\x89 CT";
        EXPECT_EQ(set->to_utf8(set->from_utf8(text)).value(), text) << name;
    }
    EXPECT_EQ(CharacterSet::named("8859/1")->from_utf8("M\xC3\xBCller"), "M\xFCller");
    EXPECT_EQ(CharacterSet::named("8859/1")->from_utf8("\xE5\xBC\xA0"), "?");
    EXPECT_EQ(CharacterSet::ascii().from_utf8("M\xC3\xBCller"), "M?ller");
}

TEST(CharacterSet, reads_a_gbk_file_of_a_hospital) {
    const auto root = HZ_NEED_DATA(testing::unpacked("chinese-reports/gbk-sample.tar.xz"));
    int read = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file() || entry.path().filename().string().starts_with("README")) continue;
        const auto bytes = read_file(entry.path(), 64 << 20).value();
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (is_utf8_text(text)) continue;
        const auto decoded = CharacterSet::named("GBK")->to_utf8(text);
        EXPECT_TRUE(decoded) << entry.path().filename();
        ++read;
    }
    EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace huizhen::records
