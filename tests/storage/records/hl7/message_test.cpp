#include <huizhen/hl7/batch.h>
#include <huizhen/hl7/message.h>

#include "messages.h"

namespace huizhen::hl7 {
namespace {

TEST(Message, is_a_tree_of_all_that_was_sent) {
    const std::string bytes =
        lines(header("ORU^R01"), "PID|1||A^^^H1~B^^^H2&1.2.3&ISO||Li&van^Wei", "ZZZ|x||y");
    const Message message = parsed(bytes);
    ASSERT_EQ(message.segments().size(), 3u);
    const Segment& pid = message.segments()[1];
    EXPECT_EQ(pid.name(), "PID");
    EXPECT_EQ(pid.field_count(), 5u);
    ASSERT_EQ(pid.field(3).repetitions().size(), 2u);
    EXPECT_EQ(pid.field(3).repetitions()[1].component(4).subcomponent(2).text(), "1.2.3");
    EXPECT_EQ(pid.text(5), "Li");
    EXPECT_EQ(pid.text(5, 2), "Wei");
    EXPECT_EQ(pid.text(9), "");
    EXPECT_EQ(pid.text(5, 9), "");
    EXPECT_EQ(message.find("ZZZ")->text(3), "y");
    EXPECT_EQ(message.find("OBX"), nullptr);
    EXPECT_EQ(message.header().field(1).raw(), "|");
    EXPECT_EQ(message.header().field(2).raw(), "^~\\&");
    EXPECT_EQ(message.header().text(9, 2), "R01");
    EXPECT_EQ(std::string(message.text()) + "\r", bytes);
}

TEST(Message, keeps_empty_repetitions) {
    const Message message = parsed(lines(header("ADT^A08"), "PID|a~~b~|~"));
    EXPECT_EQ(message.find("PID")->field(1).repetitions().size(), 4u);
    EXPECT_EQ(message.find("PID")->field(2).repetitions().size(), 2u);
    EXPECT_EQ(message.find("PID")->field(3).repetitions().size(), 0u);
}

TEST(Message, of_any_delimiters) {
    const Message message = parsed("MSH$%*!@$LIS$$$$$$ADT%A08$1$P$2.3\rPID$$$A%%%H@1*B$$x!F!y\r");
    EXPECT_EQ(message.header().text(9, 2), "A08");
    EXPECT_EQ(message.find("PID")->field(3).repetitions().size(), 2u);
    EXPECT_EQ(message.find("PID")->text(5), "x$y");
    EXPECT_EQ(parsed("MSH|^~\\&#|LIS").encoding().delimiters.truncation, '#');
    EXPECT_EQ(parsed("MSH|^~|LIS").encoding().delimiters.escape, '\0');
}

TEST(Message, refuses_delimiters_that_are_none) {
    for (const char* bytes : {"MSH", "MSH|", "MSH||LIS", "MSH|^^\\&|L", "MSH|^~\\&#!|L", "MSH|^~\\|&|L|",
                              "MSH ^~\\& L", "MSHA^~\\&A", "MSH|^~\\9|L", "MSH|\r"}) {
        const auto message = parse(bytes);
        // "^~\" with "&" as the next field's text is legal, if odd.
        if (std::string_view(bytes).starts_with("MSH|^~\\|")) continue;
        ASSERT_FALSE(message) << bytes;
        EXPECT_EQ(first_word(message.error()), "encoding-characters") << bytes;
    }
}

TEST(Message, ends_its_segments_as_senders_do) {
    for (const char* end : {"\r", "\n", "\r\n", "\r\r", "\n\n", "\r\n\r\n"}) {
        const std::string bytes = header("ADT^A08") + end + "PID|1" + end + "PV1|1";
        for (const std::string& tail :
             {std::string(), std::string(end), std::string("\x1C\r"), std::string(1, '\0')}) {
            EXPECT_EQ(parsed(bytes + tail).segments().size(), 3u);
            EXPECT_TRUE(parsed(bytes + tail).warnings().empty());
        }
    }
    EXPECT_EQ(parsed("\xEF\xBB\xBF \r\n" + header("ADT^A08") + "\rPID").segments().size(), 2u);
}

TEST(Message, goes_on_over_bare_line_ends_in_text) {
    const Message message =
        parsed(lines(header("ORU^R01"), "OBX|1|TX|1||first line\nsecond line\n\nfourth|x", "NTE|1"));
    ASSERT_EQ(message.segments().size(), 3u);
    EXPECT_EQ(message.find("OBX")->text(5), "first line\nsecond line\n\nfourth");
    EXPECT_EQ(message.find("OBX")->text(6), "x");
    ASSERT_EQ(message.warnings().size(), 1u);
    EXPECT_TRUE(message.warnings().front().starts_with("line-break"));
}

TEST(Message, null_is_not_empty_nor_text) {
    const Message message = parsed(lines(header("ADT^A08"), "PID|1||\"\"|\"\"a"));
    EXPECT_TRUE(message.find("PID")->field(3).is_null());
    EXPECT_EQ(message.find("PID")->text(3), "");
    EXPECT_EQ(message.find("PID")->text(4), "\"\"a");
}

TEST(Message, refuses_what_is_none_or_several) {
    EXPECT_EQ(refusal(""), "not-hl7");
    EXPECT_EQ(refusal("\r\n "), "not-hl7");
    EXPECT_EQ(refusal("PID|1\rMSH|^~\\&|"), "not-hl7");
    EXPECT_EQ(refusal("{\"resourceType\": \"Patient\"}"), "not-hl7");
    EXPECT_EQ(refusal(lines(header("ADT^A08"), "PID|1", header("ADT^A08"))), "several-messages");
}

TEST(Message, has_limits) {
    EXPECT_EQ(refusal(header("ADT^A08") + std::string(kMaxMessageBytes, 'x')), "too-large");
    std::string many = header("ADT^A08") + "\r";
    for (std::size_t i = 0; i < kMaxSegments; ++i) many += "NTE\r";
    EXPECT_EQ(refusal(many), "too-many-segments");
    EXPECT_EQ(refusal(lines(header("ADT^A08"), "PID" + std::string(kMaxFields + 1, '|'))), "too-many-fields");
    const Message message = parsed(lines(header("ADT^A08"), "PID|" + std::string(2 * kMaxRepetitions, '~')));
    EXPECT_EQ(message.find("PID")->field(1).repetitions().size(), kMaxRepetitions);
}

std::string name_read_as(const std::string& set, const std::string& bytes, const char* undeclared = nullptr) {
    const std::string text = lines(header("ADT^A08", "||||||" + set), "PID|1||A||" + bytes);
    std::optional<records::CharacterSet> assumed;
    if (undeclared != nullptr) assumed = records::CharacterSet::named(undeclared);
    const auto message = parse(text, assumed ? &*assumed : nullptr);
    return message ? message->find("PID")->text(5) : first_word(message.error());
}

TEST(Message, is_read_in_the_set_that_it_names) {
    const std::string zhang = "\xE5\xBC\xA0", mueller = "M\xC3\xBCller";
    EXPECT_EQ(name_read_as("UNICODE UTF-8", zhang), zhang);
    EXPECT_EQ(name_read_as("GB 18030-2000", "\xD5\xC5"), zhang);
    EXPECT_EQ(name_read_as("GBK", "\xD5\xC5"), zhang);
    EXPECT_EQ(name_read_as("8859/1", "M\xFCller"), mueller);
    EXPECT_EQ(name_read_as("~UNICODE UTF-8", zhang), zhang);
    EXPECT_EQ(name_read_as("UTF-8~UNICODE", zhang), zhang);
    EXPECT_EQ(name_read_as("CAN", "plain"), "plain");  // of no account
    EXPECT_EQ(name_read_as("CAN", zhang), "character-set-unknown");
    EXPECT_EQ(name_read_as("UNICODE UTF-8", "M\xFCller"), "character-set-damaged");
}

TEST(Message, of_an_undeclared_set_is_not_guessed_at) {
    EXPECT_EQ(name_read_as("", "\xE5\xBC\xA0"), "\xE5\xBC\xA0");  // UTF-8 proves itself
    EXPECT_EQ(name_read_as("", "M\xFCller"), "character-set-undeclared");
    EXPECT_EQ(name_read_as("ASCII", "M\xFCller"), "character-set-undeclared");
    EXPECT_EQ(name_read_as("", "M\xFCller", "8859/1"), "M\xC3\xBCller");
    EXPECT_EQ(name_read_as("", "\xD5\xC5", "GBK"), "\xE5\xBC\xA0");
}

TEST(Message, finds_separators_only_where_they_are_no_second_bytes) {
    // In GBK, 8D 7C, 8D 5E, 81 5C and 8E 7E are characters whose second bytes are | ^ \ and ~.
    const std::string bytes = "\x8D\x7C\x8D\x5E\x81\x5C\x8E\x7E";
    const std::string text = records::CharacterSet::named("GBK")->to_utf8(bytes).value();
    EXPECT_EQ(name_read_as("GBK", bytes), text);
    const std::string facility =
        "MSH|^~\\&|LIS|" + bytes + "|H|R|2026||ADT^A08|M1|P|2.5||||||GBK\rPID|1||A||" + bytes;
    const Message message = parsed(facility);
    EXPECT_EQ(message.header().text(4), text);
    EXPECT_EQ(message.find("PID")->text(5), text);
}

TEST(Batch, gives_its_messages) {
    const std::string one = lines(header("ADT^A08"), "PID|1"), two = lines(header("ADT^A31"), "PID|2");
    const auto count = [](const std::string& bytes) { return split_batch(bytes).size(); };
    EXPECT_EQ(count(lines("FHS|^~\\&|x", "BHS|^~\\&|x") + one + two + lines("BTS|2", "FTS|1")), 2u);
    EXPECT_EQ(count(one + "\r\n" + two), 2u);
    EXPECT_EQ(count("\x0B" + one + "\x1C\r\x0B" + two + "\x1C\r"), 2u);
    EXPECT_EQ(count(one), 1u);
    EXPECT_EQ(count(""), 0u);
    EXPECT_EQ(count("no message"), 0u);
    const std::string file = lines("FHS|^~\\&|x") + one + two + lines("FTS|1");
    for (const auto each : split_batch(file)) {
        EXPECT_EQ(parsed(std::string(each)).segments().size(), 2u);
    }
}

}  // namespace
}  // namespace huizhen::hl7
