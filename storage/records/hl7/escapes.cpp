#include "escapes.h"

#include <charconv>

namespace huizhen::hl7 {
namespace {

constexpr std::size_t kMaxBlanks = 80, kMaxLines = 40, kMaxCommand = 8;

std::optional<std::string> bytes_of_hex(std::string_view digits) {
    if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
        if (error != std::errc() || end != digits.data() + i + 2) return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

// ".br", ".sp+3", ".in-2": formatted text's commands, as far as plain lines can follow them.
std::optional<std::string> format_command(std::string_view command) {
    if (command.size() < 3 || command.size() > kMaxCommand || command.front() != '.') return std::nullopt;
    const std::string_view name = command.substr(1, 2);
    std::string_view number = command.substr(3);
    while (number.starts_with(' ') || number.starts_with('+') || number.starts_with('-'))
        number.remove_prefix(1);
    std::size_t count = 1;
    if (!number.empty()) {
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
        if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
    }
    if (name == "br" || name == "ce") return "\n";
    if (name == "sp") return std::string(std::min(count, kMaxLines), '\n');
    if (name == "sk") return std::string(std::min(count, kMaxBlanks), ' ');
    if (name == "in" || name == "ti" || name == "fi" || name == "nf") return "";
    return std::nullopt;
}

std::optional<std::string> meaning_of(std::string_view body, const Delimiters& delimiters) {
    if (body.size() == 1) {
        switch (body.front()) {
            case 'F': return std::string(1, delimiters.field);
            case 'S': return std::string(1, delimiters.component);
            case 'T': return std::string(1, delimiters.subcomponent);
            case 'R': return std::string(1, delimiters.repetition);
            case 'E': return std::string(1, delimiters.escape);
            case 'P': return std::string(1, delimiters.truncation == 0 ? '#' : delimiters.truncation);
            case 'H':
            case 'N': return "";  // highlighting on and off
            default: return std::nullopt;
        }
    }
    return format_command(body);
}

// The bytes of \Xdd..\ escapes that follow each other, since a character's may be spread over several; moves
// `at` behind them.
std::string take_hex(std::string_view raw, std::size_t& at, char mark) {
    std::string bytes;
    while (at + 1 < raw.size() && raw[at] == mark && raw[at + 1] == 'X') {
        const std::size_t end = raw.find(mark, at + 1);
        if (end == std::string_view::npos) break;
        const auto read = bytes_of_hex(raw.substr(at + 2, end - at - 2));
        if (!read) break;
        bytes += *read;
        at = end + 1;
    }
    return bytes;
}

}  // namespace

std::string resolve_escapes(std::string_view raw, const Delimiters& delimiters,
                            const records::CharacterSet& set) {
    const char mark = delimiters.escape;
    if (mark == 0 || raw.find(mark) == std::string_view::npos) return std::string(raw);
    std::string text;
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] != mark) {
            text += raw[at++];
            continue;
        }
        const std::size_t start = at;
        if (const std::string bytes = take_hex(raw, at, mark); !bytes.empty()) {
            const auto read = set.to_utf8(bytes);
            text += read ? *read : std::string(raw.substr(start, at - start));
            continue;
        }
        const std::size_t end = raw.find(mark, at + 1);
        const auto meaning = end == std::string_view::npos
                                 ? std::nullopt
                                 : meaning_of(raw.substr(at + 1, end - at - 1), delimiters);
        text += meaning ? *meaning : std::string(1, mark);
        at = meaning ? end + 1 : at + 1;
    }
    return text;
}

std::string escape(std::string_view text, const Delimiters& delimiters) {
    std::string raw;
    const auto put = [&](char name) { raw += {delimiters.escape, name, delimiters.escape}; };
    for (const char c : text) {
        if (c == '\r' || c == '\n') {
            raw += ' ';
        } else if (c == 0 || delimiters.escape == 0) {
            raw += c;
        } else if (c == delimiters.field) {
            put('F');
        } else if (c == delimiters.component) {
            put('S');
        } else if (c == delimiters.subcomponent) {
            put('T');
        } else if (c == delimiters.repetition) {
            put('R');
        } else if (c == delimiters.escape) {
            put('E');
        } else {
            raw += c;
        }
    }
    return raw;
}

}  // namespace huizhen::hl7
