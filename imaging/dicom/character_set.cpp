#include <unicode/unistr.h>

#include <huizhen/base/text.h>
#include <huizhen/dicom/character_set.h>

namespace huizhen::imaging {
namespace {

constexpr char kEscape = '\x1b';

// Single-byte sets and those of which G1 holds double bytes: every one has ASCII below 0x80.
struct CharacterSet {
    std::string_view number;  // of "ISO_IR 100" and "ISO 2022 IR 100"
    std::string_view escape;  // that designates it to G1 (PS3.3 C.12.1.1.2)
    const char* converter;    // ICU's name
};

constexpr std::array kSets{
    CharacterSet{"6", "", ""},
    CharacterSet{"100", "-A", "ISO-8859-1"},
    CharacterSet{"101", "-B", "ISO-8859-2"},
    CharacterSet{"109", "-C", "ISO-8859-3"},
    CharacterSet{"110", "-D", "ISO-8859-4"},
    CharacterSet{"144", "-L", "ISO-8859-5"},
    CharacterSet{"127", "-G", "ISO-8859-6"},
    CharacterSet{"126", "-F", "ISO-8859-7"},
    CharacterSet{"138", "-H", "ISO-8859-8"},
    CharacterSet{"148", "-M", "ISO-8859-9"},
    CharacterSet{"203", "-b", "ISO-8859-15"},
    CharacterSet{"166", "-T", "TIS-620"},
    CharacterSet{"13", ")I", "Shift_JIS"},  // JIS X 0201: the single bytes of Shift JIS
    CharacterSet{"149", "$)C", "EUC-KR"},
    CharacterSet{"58", "$)A", "EUC-CN"},
};

// Sets designated to G0. The Japanese double-byte ones are given to ICU with their escape in front.
constexpr std::string_view kAscii = "(B", kRomaji = "(J", kJis0208 = "$B", kJis0212 = "$(D";

std::string to_utf8(std::string_view bytes, const char* converter) {
    std::string text;
    icu::UnicodeString(bytes.data(), static_cast<int32_t>(bytes.size()), converter).toUTF8String(text);
    return text;
}

// Nothing above 0x7F is defined in ASCII.
std::string ascii_to_utf8(std::string_view bytes) {
    std::string text;
    for (char c : bytes) text += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "\xEF\xBF\xBD";
    return text;
}

// Text holds no control characters but line ends and tabs (PS3.5 6.1.3).
std::string cleaned(std::string_view text) { return without_controls(text, "\xEF\xBF\xBD", "\r\n\t\f"); }

bool is_plain_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != kEscape; });
}

// Delimiters return G0 and G1 to the initial sets (PS3.5 6.1.2.5.3).
bool is_delimiter(char c) {
    return c == '\\' || c == '^' || c == '=' || c == '\r' || c == '\n' || c == '\t' || c == '\f';
}

std::string_view strip(std::string_view text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return text;
}

// "ISO_IR 100", "ISO 2022 IR 100" and the misspellings "ISO-IR 100", "ISO IR 100": the number.
std::string_view set_number(std::string_view term) {
    if (!term.starts_with("ISO")) return {};
    const auto last = term.find_last_not_of("0123456789");
    return last == std::string_view::npos ? std::string_view() : term.substr(last + 1);
}

// Walks text with ISO 2022 escapes, decoding run by run.
class Iso2022 {
  public:
    Iso2022(std::string_view text, const std::string& initial)
        : text_(text), initial_(initial), g1_(initial) {}

    std::string decode() {
        while (at_ < text_.size()) {
            if (text_[at_] == kEscape) {
                flush();
                escape();
            } else if (!double_byte() && is_delimiter(text_[at_])) {
                flush();
                out_ += text_[at_++];
                g1_ = initial_;
                g0_ = kAscii;
            } else {
                run_ += text_[at_++];
            }
        }
        flush();
        return std::move(out_);
    }

  private:
    bool double_byte() const { return g0_ == kJis0208 || g0_ == kJis0212; }

    void escape() {
        const std::string_view rest = text_.substr(at_ + 1);
        for (std::string_view set : {kJis0212, kJis0208, kAscii, kRomaji}) {
            if (!rest.starts_with(set)) continue;
            g0_ = set;
            at_ += 1 + set.size();
            return;
        }
        for (const CharacterSet& set : kSets) {
            if (set.escape.empty() || !rest.starts_with(set.escape)) continue;
            g1_ = set.converter;
            at_ += 1 + set.escape.size();
            return;
        }
        out_ += "\xEF\xBF\xBD";  // an escape nobody defined
        ++at_;
    }

    void flush() {
        if (run_.empty()) return;
        if (double_byte()) {
            out_ +=
                to_utf8(kEscape + std::string(g0_) + run_ + kEscape + std::string(kAscii), "ISO-2022-JP-2");
        } else {
            out_ += g1_.empty() ? ascii_to_utf8(run_) : to_utf8(run_, g1_.c_str());
        }
        run_.clear();
    }

    std::string_view text_;
    const std::string& initial_;
    std::size_t at_ = 0;
    std::string g1_;
    std::string_view g0_ = kAscii;
    std::string run_, out_;
};

}  // namespace

TextDecoder::TextDecoder(std::string_view specific_character_set) {
    const std::string_view first = strip(specific_character_set.substr(0, specific_character_set.find('\\')));
    if (first == "ISO_IR 192" || first == "GB18030" || first == "GBK") {
        initial_ = first == "ISO_IR 192" ? "UTF-8" : std::string(first);
        whole_ = true;
        return;
    }
    const std::string_view number = set_number(first);
    const auto found =
        std::find_if(kSets.begin(), kSets.end(), [&](const auto& set) { return set.number == number; });
    if (found != kSets.end()) initial_ = found->converter;
}

std::string TextDecoder::decode(std::string_view value) const {
    if (is_plain_ascii(value)) return cleaned(value);
    if (whole_) return cleaned(to_utf8(value, initial_.c_str()));
    return cleaned(Iso2022(value, initial_).decode());
}

}  // namespace huizhen::imaging
