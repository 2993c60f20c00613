#include <unicode/unistr.h>

#include <huizhen/base/text.h>
#include <huizhen/record_text/plain_text.h>

namespace huizhen::records {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF", kLittleMark = "\xFF\xFE", kBigMark = "\xFE\xFF";

std::string from_utf16(std::string_view bytes, bool little) {
    icu::UnicodeString wide;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const auto first = static_cast<unsigned char>(bytes[i]),
                   second = static_cast<unsigned char>(bytes[i + 1]);
        wide.append(static_cast<char16_t>(little ? first | second << 8 : first << 8 | second));
    }
    std::string text;
    wide.toUTF8String(text);
    return text;
}

}  // namespace

std::string tidy_text(std::string_view utf8) {
    std::string lines;
    lines.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const bool in_pair = utf8[i] == '\r' && i + 1 < utf8.size() && utf8[i + 1] == '\n';
        if (!in_pair) lines += utf8[i] == '\r' || utf8[i] == '\f' ? '\n' : utf8[i];
    }
    std::string text = without_controls(lines, " ", "\n\t");
    text.erase(text.find_last_not_of(" \t\n") + 1);
    return text;
}

Result<std::string> read_text(std::string_view bytes, const CharacterSet& otherwise) {
    if (bytes.size() > kMaxTextBytes)
        return fail(ErrorCode::kLimitExceeded, "text-too-long: a text file of more than 16 MiB");
    std::string text;
    if (bytes.starts_with(kLittleMark) || bytes.starts_with(kBigMark)) {
        text = from_utf16(bytes.substr(2), bytes.starts_with(kLittleMark));
    } else if (bytes.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::kMalformedInput, "no-text: it holds NUL bytes, as no text file does");
    } else if (is_utf8_text(bytes)) {
        text = bytes.substr(bytes.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0);
    } else {
        HZ_ASSIGN(text, otherwise.to_utf8(bytes));
    }
    text = tidy_text(text);
    if (text.empty()) return fail(ErrorCode::kMalformedInput, "no-text: the file is empty");
    return text;
}

Result<chart::Document> read_document(std::string_view bytes, DocumentAbout about,
                                      const CharacterSet& otherwise) {
    HZ_ASSIGN(auto text, read_text(bytes, otherwise));
    return chart::Document{std::move(about.kind), std::move(about.title), std::move(text), about.when};
}

}  // namespace huizhen::records
