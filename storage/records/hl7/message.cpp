#include <huizhen/hl7/envelope.h>
#include <huizhen/hl7/message.h>

#include "escapes.h"

namespace huizhen::hl7 {
namespace {

using records::CharacterSet;

bool is_header(std::string_view name) { return name == "MSH" || name == "FHS" || name == "BHS"; }

bool begins_segment(std::string_view line, char separator) {
    if (line.size() < 3) return false;
    const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!letter(line[0]) || !(letter(line[1]) || digit(line[1])) || !(letter(line[2]) || digit(line[2])))
        return false;
    return line.size() == 3 || line[3] == separator;
}

Result<CharacterSet> set_of(const Envelope& envelope, std::string_view bytes, const CharacterSet* undeclared,
                            std::vector<std::string>& warnings) {
    if (records::is_ascii_text(bytes)) return envelope.character_set.value_or(CharacterSet::ascii());
    if (!envelope.character_set) {
        return fail(ErrorCode::kUnsupported,
                    "character-set-unknown: MSH-18 names a character set that is not read here");
    }
    if (!envelope.character_set->is_ascii()) return *envelope.character_set;
    if (undeclared != nullptr) return *undeclared;
    if (!records::is_utf8_text(bytes)) {
        return fail(ErrorCode::kMalformedInput,
                    "character-set-undeclared: MSH-18 names none for bytes beyond ASCII; set the sender's");
    }
    warnings.emplace_back("character-set-undeclared: read as UTF-8");
    return CharacterSet::utf8();
}

// Line by line, from the front of `text`.
Status find_segments(std::string_view text, const Encoding& encoding, std::vector<Segment>& segments,
                     std::vector<std::string>& warnings) {
    const char separator = encoding.delimiters.field;
    std::size_t start = 0, end = 0;  // of the segment that is being read
    bool broken = false;
    const auto close = [&] {
        if (end > start) segments.emplace_back(text.substr(start, end - start), &encoding);
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t line_end = std::min(text.find_first_of("\r\n", at), text.size());
        const std::string_view line = text.substr(at, line_end - at);
        if (begins_segment(line, separator)) {
            if (segments.size() + 1 >= kMaxSegments)
                return fail(ErrorCode::kLimitExceeded, "too-many-segments: more than are read");
            if (at > 0 && line.starts_with("MSH"))
                return fail(ErrorCode::kMalformedInput,
                            "several-messages: a second MSH segment in one message");
            close();
            start = at;
            end = line_end;
        } else if (!line.empty()) {
            end = line_end;
            broken = true;
        }
        at = line_end + 1;
    }
    close();
    if (broken) warnings.emplace_back("line-break: a segment goes on over the end of a line");
    return {};
}

}  // namespace

std::string Piece::text() const {
    if (empty() || encoding_ == nullptr) return {};
    return resolve_escapes(raw_, encoding_->delimiters, encoding_->character_set);
}

std::string_view Piece::part(char separator, std::size_t number) const {
    std::string_view rest = raw_;
    for (; number > 1; --number) {
        const std::size_t end = separator == 0 ? std::string_view::npos : rest.find(separator);
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    return separator == 0 ? rest : rest.substr(0, rest.find(separator));
}

std::vector<std::string_view> Piece::split(char separator) const {
    std::vector<std::string_view> parts;
    std::string_view rest = raw_;
    while (!raw_.empty() && parts.size() < kMaxRepetitions) {
        const std::size_t end = separator == 0 ? std::string_view::npos : rest.find(separator);
        parts.push_back(rest.substr(0, end));
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return parts;
}

Piece Component::subcomponent(std::size_t number) const {
    return encoding_ == nullptr ? Piece()
                                : Piece(part(encoding_->delimiters.subcomponent, number), encoding_);
}

Component Repetition::component(std::size_t number) const {
    return encoding_ == nullptr ? Component()
                                : Component(part(encoding_->delimiters.component, number), encoding_);
}

std::vector<Repetition> Field::repetitions() const {
    std::vector<Repetition> all;
    if (encoding_ == nullptr) return all;
    for (const std::string_view each : split(encoding_->delimiters.repetition))
        all.emplace_back(each, encoding_);
    return all;
}

Repetition Field::first() const {
    return encoding_ == nullptr ? Repetition()
                                : Repetition(part(encoding_->delimiters.repetition, 1), encoding_);
}

Field Segment::field(std::size_t number) const {
    if (encoding_ == nullptr || number == 0) return {};
    if (!is_header(name())) return {part(encoding_->delimiters.field, number + 1), encoding_};
    if (number == 1) return {raw_.substr(3, 1), encoding_};
    return {part(encoding_->delimiters.field, number), encoding_};
}

std::size_t Segment::field_count() const {
    if (encoding_ == nullptr) return 0;
    const auto separators = std::count(raw_.begin(), raw_.end(), encoding_->delimiters.field);
    return static_cast<std::size_t>(separators) + (is_header(name()) ? 1 : 0);
}

const Segment* Message::find(std::string_view name) const {
    for (const Segment& segment : segments()) {
        if (segment.name() == name) return &segment;
    }
    return nullptr;
}

Result<Message> parse(std::string_view bytes, const CharacterSet* undeclared) {
    if (bytes.size() > kMaxMessageBytes)
        return fail(ErrorCode::kLimitExceeded, "too-large: a message of more than 16 MiB");
    bytes = from_header(bytes);
    while (!bytes.empty() && static_cast<unsigned char>(bytes.back()) < ' ' && bytes.back() != '\t')
        bytes.remove_suffix(1);
    HZ_ASSIGN(const Envelope envelope, read_envelope(bytes));
    auto content = std::make_unique<Message::Content>();
    HZ_ASSIGN(const CharacterSet set, set_of(envelope, bytes, undeclared, content->warnings));
    content->encoding = Encoding{envelope.delimiters, set};
    HZ_ASSIGN(content->text, set.to_utf8(bytes));
    HZ_TRY(find_segments(content->text, content->encoding, content->segments, content->warnings));
    for (std::size_t i = 0; i < content->segments.size(); ++i) {
        if (content->segments[i].field_count() > kMaxFields)
            return fail(ErrorCode::kLimitExceeded,
                        "too-many-fields: segment " + std::to_string(i + 1) + " has more than are read");
    }
    return Message(std::move(content));
}

}  // namespace huizhen::hl7
