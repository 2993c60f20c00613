#include <huizhen/hl7/envelope.h>

#include "escapes.h"

namespace huizhen::hl7 {
namespace {

using records::CharacterSet;

constexpr std::size_t kCharacterSetField = 18, kMaxHeaderFields = 40;

std::vector<std::string> fields_of(std::string_view header, char separator) {
    std::vector<std::string> fields{std::string(1, separator)};
    header.remove_prefix(std::min<std::size_t>(4, header.size()));
    while (fields.size() < kMaxHeaderFields) {
        const std::size_t end = header.find(separator);
        fields.emplace_back(header.substr(0, end));
        if (end == std::string_view::npos) break;
        header.remove_prefix(end + 1);
    }
    return fields;
}

std::string first_set_name(const std::vector<std::string>& fields, const Delimiters& delimiters) {
    if (fields.size() < kCharacterSetField) return {};
    const std::string& all = fields[kCharacterSetField - 1];
    std::string name =
        all.substr(0, all.find_first_of(std::string{delimiters.repetition, delimiters.component}));
    if (!name.empty() || delimiters.repetition == 0) return name;
    // An empty first one means ASCII, what follows is switched to by escapes: for us, the set of all.
    const std::size_t next = all.find(delimiters.repetition);
    return next == std::string::npos
               ? name
               : all.substr(next + 1, all.find(delimiters.repetition, next + 1) - next - 1);
}

}  // namespace

std::string_view from_header(std::string_view message) {
    if (message.starts_with("\xEF\xBB\xBF")) message.remove_prefix(3);
    const std::size_t first = message.find_first_not_of(" \t\r\n\x0B");
    return first == std::string_view::npos ? std::string_view() : message.substr(first);
}

Result<Envelope> read_envelope(std::string_view message) {
    message = from_header(message);
    if (!message.starts_with("MSH"))
        return fail(ErrorCode::kMalformedInput, "not-hl7: it does not begin with an MSH segment");
    const auto delimiters = Delimiters::of(message);
    if (!delimiters)
        return fail(ErrorCode::kMalformedInput,
                    "encoding-characters: MSH-1 and MSH-2 are not those of a message");
    const std::string_view header = message.substr(0, message.find_first_of("\r\n"));
    Envelope envelope;
    envelope.delimiters = *delimiters;
    envelope.fields = fields_of(header, delimiters->field);
    envelope.character_set_name = first_set_name(envelope.fields, *delimiters);
    envelope.character_set = envelope.character_set_name.empty()
                                 ? CharacterSet::ascii()
                                 : CharacterSet::named(envelope.character_set_name);
    // A separator may be the second byte of a Chinese character before MSH-18: read it again as what it then
    // is.
    for (const char* name : {"GB 18030-2000", "BIG-5", "KS X 1001"}) {
        if (envelope.character_set && !envelope.character_set->is_ascii()) break;
        const auto text = CharacterSet::named(name)->to_utf8(header);
        if (!text || records::is_ascii_text(header)) break;
        const auto fields = fields_of(*text, delimiters->field);
        const std::string found = first_set_name(fields, *delimiters);
        const auto set = CharacterSet::named(found);
        if (!set || set->name() != name) continue;
        envelope.character_set = set;
        envelope.character_set_name = found;
    }
    if (envelope.character_set) {
        if (const auto text = envelope.character_set->to_utf8(header)) {
            envelope.fields = fields_of(*text, delimiters->field);
        }
    }
    return envelope;
}

std::string_view Envelope::raw(std::size_t number) const {
    return number >= 1 && number <= fields.size() ? std::string_view(fields[number - 1]) : std::string_view();
}

std::string Envelope::text(std::size_t number, std::size_t component) const {
    std::string_view rest = raw(number);
    if (delimiters.repetition != 0) rest = rest.substr(0, rest.find(delimiters.repetition));
    for (; component > 1; --component) {
        const std::size_t end =
            delimiters.component == 0 ? std::string_view::npos : rest.find(delimiters.component);
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    if (delimiters.component != 0) rest = rest.substr(0, rest.find(delimiters.component));
    return resolve_escapes(rest, delimiters, character_set.value_or(CharacterSet::utf8()));
}

}  // namespace huizhen::hl7
