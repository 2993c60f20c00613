#include <gtest/gtest.h>

#include <huizhen/records/file_reader.h>

namespace huizhen::records {
namespace {

const std::string kMessage = "MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|P|2.5\rPID|1||7\r";
const std::string kPatient = R"({"resourceType": "Patient", "id": "7"})";

TEST(RecordFiles, are_told_apart_by_what_they_hold) {
    EXPECT_EQ(format_of(kMessage), Format::kHl7);
    EXPECT_EQ(format_of("\xEF\xBB\xBF\r\n" + kMessage), Format::kHl7);
    EXPECT_EQ(format_of("FHS|^~\\&|x\r" + kMessage), Format::kHl7);
    EXPECT_EQ(format_of(" " + kPatient), Format::kFhir);
    EXPECT_EQ(format_of("Findings: a nodule"), Format::kText);
    EXPECT_EQ(format_of("MSH is short for message header"), Format::kText);
    EXPECT_EQ(format_of(std::string("\xFF\xFE"
                                    "a\0",
                                    4)),
              Format::kText);
    EXPECT_EQ(format_of(std::string("PK\3\4\0\0", 6)), std::nullopt);
    EXPECT_EQ(format_of(""), std::nullopt);
}

TEST(RecordFiles, give_a_result_for_each_message) {
    const auto results =
        read_records("FHS|^~\\&|x\r" + kMessage + "MSH|^~\\&|A|B|C|D|2026||SIU^S12|2|P|2.5\r" + kMessage, {});
    ASSERT_EQ(results.size(), 3u);
    EXPECT_TRUE(results[0]);
    EXPECT_FALSE(results[1]);
    EXPECT_TRUE(results[2]);
    EXPECT_EQ(read_records(kPatient, {}).at(0)->patients.size(), 1u);
}

TEST(RecordFiles, that_hold_none_are_refused) {
    for (const char* text : {"", "Findings: a nodule", "FHS|^~\\&|x\r"}) {
        const auto results = read_records(text, {});
        ASSERT_EQ(results.size(), 1u);
        EXPECT_EQ(results[0].error().message().substr(0, 12), "not-records:") << text;
    }
}

}  // namespace
}  // namespace huizhen::records
