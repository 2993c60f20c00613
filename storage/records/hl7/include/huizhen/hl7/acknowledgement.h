#pragma once

// The answer to a message, by chapter 2.9 of the standard.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>
#include <huizhen/hl7/envelope.h>

namespace huizhen::hl7 {

// kError: the message is at fault, and sending it again helps nobody. kRejected: not here or not now.
enum class Outcome { kAccepted, kError, kRejected };

struct Verdict {
    Outcome outcome = Outcome::kAccepted;
    int condition =
        0;  // table 0357: 101 required field missing, 200 unsupported message type, 207 internal error...
    std::string text;  // for a technician; no patient data
};

inline Verdict accepted() { return {}; }
// What an error of parse(), to_update() or the storage behind them means to the sender.
Verdict verdict_of(const Error& error);

struct AnswerStamp {
    std::string control_id;                     // the answer's own
    std::chrono::system_clock::time_point now;  // written in UTC
};

// In the sender's delimiters, version and character set, to where the message came from. MSH-15 and MSH-16
// empty: the original mode, AA, AE or AR. Else the enhanced one: CA, CE or CR where MSH-15 wants one of this
// outcome, AA, AE or AR where only MSH-16 does; nullopt where neither. Accepted means that the storage has
// it, so that there is nothing left for a second answer to say.
std::optional<std::string> acknowledge(const Envelope& message, const Verdict& verdict,
                                       const AnswerStamp& stamp);

// To what is no message: AR, to nobody.
std::string reject_unreadable(const Verdict& verdict, const AnswerStamp& stamp);

}  // namespace huizhen::hl7
