#include <gtest/gtest.h>

#include <huizhen/record_text/plain_text.h>

namespace huizhen::records {
namespace {

std::string read(std::string_view bytes, const char* otherwise = "GB18030") {
    const auto text = read_text(bytes, *CharacterSet::named(otherwise));
    return text ? *text : text.error().message().substr(0, text.error().message().find(':'));
}

TEST(PlainText, is_read_in_any_usual_encoding) {
    const std::string nodule = "\xE7\xBB\x93\xE8\x8A\x82";
    EXPECT_EQ(read(nodule), nodule);
    EXPECT_EQ(read("\xEF\xBB\xBF" + nodule), nodule);
    EXPECT_EQ(read("\xBD\xE1\xBD\xDA"), nodule);
    EXPECT_EQ(read(std::string("\xFF\xFE\xD3\x7E\x82\x82", 6)), nodule);
    EXPECT_EQ(read(std::string("\xFE\xFF\x7E\xD3\x82\x82", 6)), nodule);
}

TEST(PlainText, has_clean_lines) { EXPECT_EQ(read("a\r\nb\rc\n\x07 d \r\n\r\n"), "a\nb\nc\n  d"); }

TEST(PlainText, refuses_what_is_no_text) {
    EXPECT_EQ(read(""), "no-text");
    EXPECT_EQ(read(" \r\n"), "no-text");
    EXPECT_EQ(read(std::string_view("PK\0\3", 4)), "no-text");
    EXPECT_EQ(read("M\xFCller", "ASCII"), "character-set-damaged");
    EXPECT_EQ(read(std::string(kMaxTextBytes + 1, 'a')), "text-too-long");
}

TEST(PlainText, becomes_a_document) {
    chart::Concept kind{{{"http://loinc.org", "11526-1", "Pathology study"}}, ""};
    const auto document =
        read_document("adenocarcinoma", {kind, "biopsy.txt", std::nullopt}, CharacterSet::utf8());
    ASSERT_TRUE(document);
    EXPECT_EQ(document->text, "adenocarcinoma");
    EXPECT_EQ(document->title, "biopsy.txt");
    EXPECT_EQ(document->kind, kind);
}

}  // namespace
}  // namespace huizhen::records
