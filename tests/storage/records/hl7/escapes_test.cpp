#include "escapes.h"

#include <gtest/gtest.h>

namespace huizhen::hl7 {
namespace {

std::string resolved(std::string_view raw, const char* set = "UTF-8") {
    return resolve_escapes(raw, Delimiters(), *records::CharacterSet::named(set));
}

TEST(Escapes, give_the_delimiters_back) {
    EXPECT_EQ(resolved("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f\\P\\"), "a|b^c&d~e\\f#");
}

TEST(Escapes, hold_bytes_of_the_messages_set) {
    EXPECT_EQ(resolved("a\\X0D\\b"), "a\rb");
    EXPECT_EQ(resolved("\\XE5BCA0\\"), "\xE5\xBC\xA0");
    EXPECT_EQ(resolved("\\XE5\\\\XBC\\\\XA0\\"), "\xE5\xBC\xA0");  // a character over several escapes
    EXPECT_EQ(resolved("\\XD5C5\\", "GBK"), "\xE5\xBC\xA0");
    EXPECT_EQ(resolved("\\XFF\\"), "\\XFF\\");  // no character: as written
    EXPECT_EQ(resolved("\\XA\\"), "\\XA\\");
    EXPECT_EQ(resolved("\\XGG\\"), "\\XGG\\");
}

TEST(Escapes, format_text) {
    EXPECT_EQ(resolved("a\\.br\\b"), "a\nb");
    EXPECT_EQ(resolved("a\\.sp2\\b\\.sp\\c"), "a\n\nb\nc");
    EXPECT_EQ(resolved("a\\.sk3\\b\\.in+4\\c\\.ti-2\\d\\.fi\\e\\.nf\\f\\.ce\\g"), "a   bcdef\ng");
    EXPECT_EQ(resolved("\\H\\loud\\N\\"), "loud");
    EXPECT_EQ(resolved("a\\.sp99999\\b").size(), 42u);  // bounded
    EXPECT_EQ(resolved("a\\.zz\\b"), "a\\.zz\\b");
}

TEST(Escapes, leave_what_is_none) {
    EXPECT_EQ(resolved("C:\\data\\F\\x"), "C:\\data|x");
    EXPECT_EQ(resolved("a\\"), "a\\");
    EXPECT_EQ(resolved("\\"), "\\");
    EXPECT_EQ(resolved("\\\\"), "\\\\");
    EXPECT_EQ(resolved("\\Zlocal\\"), "\\Zlocal\\");
}

TEST(Escapes, are_written_as_they_are_read) {
    const std::string text = "a|b^c&d~e\\f#g";
    EXPECT_EQ(resolved(escape(text, Delimiters())), text);
    EXPECT_EQ(escape("two\rlines", Delimiters()), "two lines");  // no text of ours ends a segment
}

}  // namespace
}  // namespace huizhen::hl7
