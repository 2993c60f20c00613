#include <gtest/gtest.h>

#include <huizhen/record_codes/code_systems.h>
#include <huizhen/record_codes/code_table.h>

namespace huizhen::records {
namespace {

chart::Concept of(const CodeTable& table, chart::Code code, std::string_view source = "hl7:LIS|CENTRAL") {
    chart::Concept what{{std::move(code)}, ""};
    table.add_to(what, source);
    return what;
}

TEST(CodeTable, adds_the_worlds_word_behind_the_hospitals) {
    const auto table = CodeTable::parse(
        "\xEF\xBB\xBF# local codes\r\n"
        "\tL\tGLU\tLN\t2345-7\tGlucose\r\n"
        "\r\n"
        "\tL\tC34\tI10\tC34\n"
        "\tL\tC34\tSCT\t93880001\tPrimary lung cancer",
        "codes.tsv");
    ASSERT_TRUE(table) << table.error().message();
    EXPECT_EQ(table->size(), 3u);
    const auto glucose = of(*table, {"L", "GLU", "\xE8\xA1\x80\xE7\xB3\x96"});
    ASSERT_EQ(glucose.codes.size(), 2u);
    EXPECT_EQ(glucose.codes[0].code, "GLU");
    EXPECT_EQ(glucose.codes[1], (chart::Code{std::string(kLoinc), "2345-7", "Glucose"}));
    EXPECT_EQ(of(*table, {"L", "C34", ""}).codes.size(), 3u);
    EXPECT_EQ(of(*table, {"M", "GLU", ""}).codes.size(), 1u);
    EXPECT_EQ(of(*table, {"L", "K", ""}).codes.size(), 1u);
}

TEST(CodeTable, what_is_said_of_one_sender_goes_before) {
    const auto table = CodeTable::parse(
        "\tL\t1\tLN\t2345-7\n"
        "hl7:LIS|CENTRAL\tL\t1\tLN\t2160-0\n",
        "t");
    ASSERT_TRUE(table);
    EXPECT_EQ(of(*table, {"L", "1", ""}).codes.back().code, "2160-0");
    EXPECT_EQ(of(*table, {"L", "1", ""}, "hl7:OTHER|").codes.back().code, "2345-7");
}

TEST(CodeTable, says_which_line_is_wrong) {
    const auto why = [](std::string_view text) { return CodeTable::parse(text, "t.tsv").error().message(); };
    EXPECT_NE(why("\tL\tA\tLN\t1-8\n\nL;A;LN;1-8\n").find("t.tsv:3"), std::string::npos);
    EXPECT_NE(why("\tL\t\tLN\t1-8\n").find("t.tsv:1"), std::string::npos);
    EXPECT_NE(why("\tL\tA\tLN\t1-8\tM\xFCller\n").find("UTF-8"), std::string::npos);
}

TEST(CodeSystems, speak_fhirs_names) {
    EXPECT_EQ(code_system_uri("LN"), kLoinc);
    EXPECT_EQ(code_system_uri("sct"), kSnomed);
    EXPECT_EQ(code_system_uri("I10"), kIcd10);
    EXPECT_EQ(code_system_uri("HL70078"), "http://terminology.hl7.org/CodeSystem/v2-0078");
    EXPECT_EQ(code_system_uri("99LAB"), "99LAB");
    EXPECT_EQ(code_system_uri("HL7nnnn"), "HL7nnnn");
    EXPECT_EQ(code_system_uri(""), "");
}

}  // namespace
}  // namespace huizhen::records
