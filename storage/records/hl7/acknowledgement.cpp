#include <huizhen/base/clock.h>
#include <huizhen/hl7/acknowledgement.h>

#include "escapes.h"

namespace huizhen::hl7 {
namespace {

struct Meaning {
    std::string_view word;  // the first of our error's message
    Outcome outcome;
    int condition;
    std::string_view condition_text;  // table 0357's
};

constexpr std::array kMeanings{
    Meaning{"message-type", Outcome::kRejected, 200, "Unsupported message type"},
    Meaning{"event", Outcome::kRejected, 201, "Unsupported event code"},
    Meaning{"processing-id", Outcome::kRejected, 202, "Unsupported processing id"},
    Meaning{"version", Outcome::kRejected, 203, "Unsupported version id"},
    Meaning{"overloaded", Outcome::kRejected, 207, "Application internal error"},
    Meaning{"no-patient", Outcome::kError, 100, "Segment sequence error"},
    Meaning{"no-patient-id", Outcome::kError, 101, "Required field missing"},
    Meaning{"no-control-id", Outcome::kError, 101, "Required field missing"},
    Meaning{"no-merged-id", Outcome::kError, 101, "Required field missing"},
    Meaning{"no-document", Outcome::kError, 100, "Segment sequence error"},
};

std::string_view condition_text(int condition) {
    for (const Meaning& meaning : kMeanings) {
        if (meaning.condition == condition) return meaning.condition_text;
    }
    return condition == 102 ? "Data type error" : "Application internal error";
}

bool wanted(std::string_view condition, Outcome outcome) {
    if (condition == "AL") return true;
    if (condition == "ER") return outcome != Outcome::kAccepted;
    return condition == "SU" && outcome == Outcome::kAccepted;
}

std::string_view code_of(Outcome outcome, bool enhanced) {
    switch (outcome) {
        case Outcome::kAccepted: return enhanced ? "CA" : "AA";
        case Outcome::kError: return enhanced ? "CE" : "AE";
        case Outcome::kRejected: return enhanced ? "CR" : "AR";
    }
    return "AR";
}

std::string packed_time(std::chrono::system_clock::time_point now) {
    std::string digits;
    for (const char c : to_iso8601(now)) {
        if (c >= '0' && c <= '9') digits += c;
    }
    return digits + "+0000";
}

// "2.5.1": 251; "2.3": 230. What is no version counts as 2.5.
int version_number(std::string_view version) {
    int number = 0;
    std::size_t digits = 0;
    for (const char c : version.substr(0, 5)) {
        if (c < '0' || c > '9' || digits == 3) continue;
        number = number * 10 + (c - '0');
        ++digits;
    }
    for (; digits > 0 && digits < 3; ++digits) number *= 10;
    return digits == 0 ? 250 : number;
}

std::string build(const Envelope& to, std::string_view code, const Verdict& verdict,
                  const AnswerStamp& stamp) {
    const Delimiters& marks = to.delimiters;
    const std::string bar(1, marks.field);
    const char hat = marks.component == 0 ? '^' : marks.component;
    const int version = version_number(to.text(12));
    std::string type = "ACK";
    const std::string event = to.text(9, 2);
    if (version >= 230 && !event.empty()) type += hat + escape(event, marks);
    if (version >= 231 && !event.empty()) type += hat + std::string("ACK");
    std::string text = "MSH" + bar + marks.encoding_characters();
    for (const std::size_t field : {5, 6, 3, 4}) text += bar + std::string(to.raw(field));
    text += bar + packed_time(stamp.now) + bar + bar + type + bar + escape(stamp.control_id, marks);
    text += bar + std::string(to.raw(11).empty() ? "P" : to.raw(11));
    text += bar + std::string(to.raw(12).empty() ? "2.5" : to.raw(12));
    if (!to.raw(18).empty()) text += std::string(6, marks.field) + std::string(to.raw(18));
    text += "\rMSA" + bar + std::string(code) + bar + std::string(to.raw(10));
    if (verdict.outcome == Outcome::kAccepted) return text + "\r";
    text += bar + escape(verdict.text, marks) + "\r";
    if (version < 250) return text;
    text += "ERR" + bar + bar + bar + std::to_string(verdict.condition) + hat +
            std::string(condition_text(verdict.condition)) + hat + "HL70357" + bar + "E" +
            std::string(4, marks.field) + escape(verdict.text, marks);
    return text + "\r";
}

}  // namespace

Verdict verdict_of(const Error& error) {
    const std::string& text = error.message();
    const std::string_view word = std::string_view(text).substr(0, text.find(':'));
    for (const Meaning& meaning : kMeanings) {
        if (meaning.word == word) return {meaning.outcome, meaning.condition, text};
    }
    switch (error.code()) {
        case ErrorCode::kMalformedInput:
        case ErrorCode::kInvalidArgument:
        case ErrorCode::kUnsupported:
        case ErrorCode::kLimitExceeded: return {Outcome::kError, 102, text};
        default: return {Outcome::kRejected, 207, text};
    }
}

std::optional<std::string> acknowledge(const Envelope& message, const Verdict& verdict,
                                       const AnswerStamp& stamp) {
    const std::string accept = message.text(15), application = message.text(16);
    const bool original = accept.empty() && application.empty();
    const bool enhanced = !original && wanted(accept, verdict.outcome);
    if (!original && !enhanced && !wanted(application, verdict.outcome)) return std::nullopt;
    const std::string text = build(message, code_of(verdict.outcome, enhanced), verdict, stamp);
    // Where the header could not be read in its set, its fields are still the sender's own bytes.
    if (!message.character_set || !records::is_utf8_text(text)) return text;
    if (message.character_set->is_ascii()) return text;
    return message.character_set->from_utf8(text);
}

std::string reject_unreadable(const Verdict& verdict, const AnswerStamp& stamp) {
    Envelope nobody;
    nobody.fields = {"|", "^~\\&"};
    return build(nobody, "AR", verdict, stamp);
}

}  // namespace huizhen::hl7
