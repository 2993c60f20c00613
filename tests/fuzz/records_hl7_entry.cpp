#include "records_hl7_entry.h"

#include <huizhen/base/check.h>
#include <huizhen/hl7/acknowledgement.h>
#include <huizhen/hl7/batch.h>
#include <huizhen/hl7/to_update.h>

namespace huizhen::fuzz {
namespace {

using namespace hl7;

void answer(std::string_view bytes, const Verdict& verdict) {
    const auto envelope = read_envelope(bytes);
    if (!envelope) return;
    const auto text = acknowledge(*envelope, verdict, {"1", {}});
    // Without a component separator there is no type and event to give back, and so no message in return.
    if (!text || !envelope->character_set) return;
    HZ_CHECK(read_envelope(*text).has_value(), "an answer is a message");
}

bool checked(const Error& error, std::string_view bytes) {
    HZ_CHECK(error.message().find(": ") != std::string::npos, "a reason with its name in front");
    HZ_CHECK(error.code() != ErrorCode::kInternal, "bad input is no bug of ours");
    answer(bytes, verdict_of(error));
    return false;
}

bool read_message(std::string_view bytes, const records::CharacterSet* undeclared) {
    const auto message = parse(bytes, undeclared);
    if (!message) return checked(message.error(), bytes);
    HZ_CHECK(records::is_utf8_text(message->text()), "text is UTF-8");
    std::size_t held = 0;
    for (const Segment& segment : message->segments()) held += segment.raw().size();
    HZ_CHECK(held <= message->text().size(), "no more than was sent");
    Settings settings;
    settings.processing_ids = "PTD";
    const auto update = to_update(*message, settings);
    if (!update) return checked(update.error(), bytes);
    HZ_CHECK(!update->patients.empty(), "an update is about somebody");
    for (const auto& patient : update->patients) HZ_CHECK(!patient.patient.ids.empty(), "who has a number");
    answer(bytes, accepted());
    return true;
}

}  // namespace

bool read_records_hl7(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    std::optional<records::CharacterSet> undeclared;
    if (bytes.front() == 1) undeclared = records::CharacterSet::named("GB18030");
    if (bytes.front() == 2) undeclared = records::CharacterSet::named("8859/1");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1);
    read_message(text, undeclared ? &*undeclared : nullptr);
    const auto messages = split_batch(text);
    bool all = !messages.empty();
    for (const std::string_view each : messages)
        all = read_message(each, undeclared ? &*undeclared : nullptr) && all;
    return all;
}

}  // namespace huizhen::fuzz
