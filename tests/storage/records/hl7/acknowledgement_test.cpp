#include <huizhen/hl7/acknowledgement.h>

#include "messages.h"

namespace huizhen::hl7 {
namespace {

const AnswerStamp kStamp{"H7", std::chrono::system_clock::time_point(std::chrono::seconds(1'772'352'930))};

std::string answer(const std::string& message, const Verdict& verdict = accepted()) {
    const auto envelope = read_envelope(message);
    if (!envelope) return first_word(envelope.error());
    return acknowledge(*envelope, verdict, kStamp).value_or("nothing");
}

const Verdict kFault{Outcome::kError, 101, "no-patient-id: PID-3 | is empty"};
const Verdict kBusy{Outcome::kRejected, 207, "disk-full: no room"};

TEST(Acknowledgement, goes_back_to_where_it_came_from) {
    EXPECT_EQ(answer(header("ADT^A08^ADT_A01")),
              "MSH|^~\\&|HUIZHEN|RAD|LIS|CENTRAL|20260301081530+0000||ACK^A08^ACK|H7|P|2.5\rMSA|AA|M1\r");
}

TEST(Acknowledgement, says_what_is_wrong) {
    EXPECT_EQ(answer(header("ADT^A08"), kFault),
              "MSH|^~\\&|HUIZHEN|RAD|LIS|CENTRAL|20260301081530+0000||ACK^A08^ACK|H7|P|2.5\r"
              "MSA|AE|M1|no-patient-id: PID-3 \\F\\ is empty\r"
              "ERR|||101^Required field missing^HL70357|E||||no-patient-id: PID-3 \\F\\ is empty\r");
    EXPECT_NE(answer(header("ADT^A08"), kBusy).find("MSA|AR|M1|"), std::string::npos);
}

TEST(Acknowledgement, is_of_the_senders_version) {
    const auto type = [](const char* version) {
        const std::string text =
            answer("MSH|^~\\&|A|B|C|D|2026||ADT^A08|M1|P|" + std::string(version), kFault);
        return std::pair(parsed(text).header().field(9).raw() == "ACK^A08^ACK",
                         parsed(text).find("ERR") != nullptr);
    };
    EXPECT_EQ(type("2.2"), std::pair(false, false));
    EXPECT_EQ(type("2.3.1"), std::pair(true, false));
    EXPECT_EQ(type("2.4"), std::pair(true, false));
    EXPECT_EQ(type("2.5.1"), std::pair(true, true));
    EXPECT_EQ(type("2.8"), std::pair(true, true));
    EXPECT_EQ(answer("MSH|^~\\&|A|B|C|D|2026||ADT^A08|M1|P|2.2").find("ACK^"), std::string::npos);
}

TEST(Acknowledgement, keeps_delimiters_and_character_set) {
    EXPECT_EQ(answer("MSH$%*!@$A$B$C$D$2026$$ADT%A08$M1$P$2.4$$$$$$UNICODE UTF-8"),
              "MSH$%*!@$C$D$A$B$20260301081530+0000$$ACK%A08%ACK$H7$P$2.4$$$$$$UNICODE UTF-8\rMSA$AA$M1\r");
    const std::string gbk = answer("MSH|^~\\&|LIS|\xD5\xC5\x8D\x7C|H|R|2026||ADT^A08|M1|P|2.4||||||GBK");
    EXPECT_NE(gbk.find("|H|R|LIS|\xD5\xC5\x8D\x7C|"), std::string::npos);
    // A set that is not read: the sender's own bytes.
    EXPECT_NE(answer("MSH|^~\\&|LIS|M\xFC|H|R|2026||ADT^A08|M1|P|2.4||||||KLINGON").find("|LIS|M\xFC|"),
              std::string::npos);
}

TEST(Acknowledgement, follows_the_enhanced_mode) {
    const auto code = [](const char* accept, const char* application, const Verdict& verdict) {
        const std::string text =
            answer(header("ADT^A08", std::string("|||") + accept + "|" + application), verdict);
        return text == "nothing" ? text : parsed(text).find("MSA")->text(1);
    };
    EXPECT_EQ(code("AL", "NE", accepted()), "CA");
    EXPECT_EQ(code("AL", "AL", kFault), "CE");
    EXPECT_EQ(code("AL", "", kBusy), "CR");
    EXPECT_EQ(code("ER", "NE", accepted()), "nothing");
    EXPECT_EQ(code("ER", "NE", kFault), "CE");
    EXPECT_EQ(code("SU", "NE", accepted()), "CA");
    EXPECT_EQ(code("SU", "NE", kFault), "nothing");
    EXPECT_EQ(code("NE", "NE", kFault), "nothing");
    EXPECT_EQ(code("NE", "AL", accepted()), "AA");
    EXPECT_EQ(code("NE", "AL", kFault), "AE");
    EXPECT_EQ(code("", "ER", accepted()), "nothing");
    EXPECT_EQ(code("", "", accepted()), "AA");
}

TEST(Acknowledgement, has_a_verdict_for_each_error) {
    const auto of = [](ErrorCode code, const char* text) {
        const Verdict verdict = verdict_of(Error(code, text));
        return std::pair(verdict.outcome, verdict.condition);
    };
    EXPECT_EQ(of(ErrorCode::kUnsupported, "message-type: x"), std::pair(Outcome::kRejected, 200));
    EXPECT_EQ(of(ErrorCode::kUnsupported, "event: x"), std::pair(Outcome::kRejected, 201));
    EXPECT_EQ(of(ErrorCode::kUnsupported, "version: x"), std::pair(Outcome::kRejected, 203));
    EXPECT_EQ(of(ErrorCode::kMalformedInput, "no-patient-id: x"), std::pair(Outcome::kError, 101));
    EXPECT_EQ(of(ErrorCode::kMalformedInput, "character-set-damaged: x"), std::pair(Outcome::kError, 102));
    EXPECT_EQ(of(ErrorCode::kIo, "disk-full: x"), std::pair(Outcome::kRejected, 207));
    EXPECT_EQ(of(ErrorCode::kLimitExceeded, "overloaded: x"), std::pair(Outcome::kRejected, 207));
}

TEST(Acknowledgement, answers_even_what_is_no_message) {
    EXPECT_EQ(answer("GET / HTTP/1.1"), "not-hl7");
    const std::string text = reject_unreadable(verdict_of(read_envelope("GET /").error()), kStamp);
    EXPECT_EQ(parsed(text).find("MSA")->text(1), "AR");
    EXPECT_EQ(parsed(text).find("MSA")->text(2), "");
}

}  // namespace
}  // namespace huizhen::hl7
