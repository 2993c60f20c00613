#include <map>

#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <huizhen/record_text/character_set.h>

namespace huizhen::records {
namespace {

struct Known {
    std::string_view name;       // table 0211's
    std::string_view converter;  // ICU's
    std::string_view spellings;  // letters and digits in lower case, a blank before and behind each
};

constexpr std::string_view kUtf8 = "UTF-8";

// GBK is read as GB 18030, which holds it.
constexpr std::array kKnown{
    Known{"ASCII", "", " ascii usascii isoir6 "},
    Known{"UNICODE UTF-8", kUtf8, " unicodeutf8 utf8 unicode "},
    Known{"GB 18030-2000", "GB18030", " gb180302000 gb18030 gbk gb2312 cp936 windows936 euccn isoir58 "},
    Known{"BIG-5", "Big5", " big5 cns116431992 "},
    Known{"KS X 1001", "EUC-KR", " ksx1001 euckr isoir149 "},
    Known{"ISO IR87", "ISO-2022-JP-2", " isoir87 isoir159 iso2022jp "},
    Known{"ISO IR14", "Shift_JIS", " isoir14 isoir13 shiftjis "},
    Known{"8859/1", "ISO-8859-1", " 88591 iso88591 isoir100 latin1 "},
    Known{"8859/2", "ISO-8859-2", " 88592 iso88592 isoir101 "},
    Known{"8859/3", "ISO-8859-3", " 88593 iso88593 isoir109 "},
    Known{"8859/4", "ISO-8859-4", " 88594 iso88594 isoir110 "},
    Known{"8859/5", "ISO-8859-5", " 88595 iso88595 isoir144 "},
    Known{"8859/6", "ISO-8859-6", " 88596 iso88596 isoir127 "},
    Known{"8859/7", "ISO-8859-7", " 88597 iso88597 isoir126 "},
    Known{"8859/8", "ISO-8859-8", " 88598 iso88598 isoir138 "},
    Known{"8859/9", "ISO-8859-9", " 88599 iso88599 isoir148 "},
    Known{"8859/15", "ISO-8859-15", " 885915 iso885915 "},
    Known{"windows-1252", "windows-1252", " windows1252 cp1252 "},
};

struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

// Opening one reads a table from disk, so that each thread keeps its own.
UConverter* converter_of(std::string_view name) {
    thread_local std::map<std::string_view, Converter> opened;
    Converter& converter = opened[name];
    if (!converter) {
        UErrorCode status = U_ZERO_ERROR;
        converter.reset(ucnv_open(std::string(name).c_str(), &status));
        if (U_FAILURE(status)) return nullptr;
        ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
        ucnv_setSubstChars(converter.get(), "?", 1, &status);
    }
    ucnv_reset(converter.get());
    return converter.get();
}

tl::unexpected<Error> damaged(std::string_view set, std::size_t at) {
    return fail(ErrorCode::kMalformedInput, "character-set-damaged: byte " + std::to_string(at) +
                                                " is none of " + std::string(set) +
                                                ", which the sender names");
}

std::size_t first_not_utf8(std::string_view bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::size_t start = at;
        UChar32 character = 0;
        U8_NEXT(data, at, bytes.size(), character);
        if (character < 0) return start;
    }
    return bytes.size();
}

std::size_t first_not_ascii(std::string_view bytes) {
    const auto found = std::find_if(bytes.begin(), bytes.end(),
                                    [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return static_cast<std::size_t>(found - bytes.begin());
}

}  // namespace

CharacterSet CharacterSet::ascii() { return {kKnown[0].name, kKnown[0].converter}; }
CharacterSet CharacterSet::utf8() { return {kKnown[1].name, kKnown[1].converter}; }

std::optional<CharacterSet> CharacterSet::named(std::string_view name) {
    std::string spelling = " ";
    for (char c : name.substr(0, 40)) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) spelling += c;
    }
    spelling += ' ';
    if (spelling.size() < 3) return std::nullopt;
    for (const Known& known : kKnown) {
        if (known.spellings.find(spelling) != std::string_view::npos)
            return CharacterSet(known.name, known.converter);
    }
    return std::nullopt;
}

Result<std::string> CharacterSet::to_utf8(std::string_view bytes) const {
    if (is_ascii()) {
        const std::size_t at = first_not_ascii(bytes);
        return at == bytes.size() ? Result<std::string>(bytes) : damaged(name_, at);
    }
    if (converter_ == kUtf8) {
        const std::size_t at = first_not_utf8(bytes);
        return at == bytes.size() ? Result<std::string>(bytes) : damaged(name_, at);
    }
    UConverter* converter = converter_of(converter_);
    if (converter == nullptr)
        return fail(ErrorCode::kUnavailable,
                    "character-set-missing: this system's ICU lacks " + std::string(name_));
    std::u16string wide(bytes.size() + 1, u'\0');  // no set here makes more units than it has bytes
    const char* source = bytes.data();
    UChar* target = wide.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_toUnicode(converter, &target, target + wide.size(), &source, source + bytes.size(), nullptr, 1,
                   &status);
    if (U_FAILURE(status)) return damaged(name_, static_cast<std::size_t>(source - bytes.data()) - 1);
    const auto units = static_cast<std::int32_t>(target - wide.data());
    std::string text(static_cast<std::size_t>(units) * 3, '\0');
    std::int32_t length = 0;
    status = U_ZERO_ERROR;
    u_strToUTF8(text.data(), static_cast<std::int32_t>(text.size()), &length, wide.data(), units, &status);
    if (U_FAILURE(status)) return damaged(name_, 0);
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string CharacterSet::from_utf8(std::string_view text) const {
    if (converter_ == kUtf8 || is_ascii_text(text)) return std::string(text);
    if (is_ascii()) {
        std::string plain;
        for (const char c : text) {
            if (static_cast<unsigned char>(c) < 0x80) plain += c;
            if (static_cast<unsigned char>(c) >= 0xC0) plain += '?';
        }
        return plain;
    }
    UConverter* converter = converter_of(converter_);
    std::u16string wide(text.size() + 1, u'\0');
    std::int32_t units = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &units, text.data(),
                  static_cast<std::int32_t>(text.size()), &status);
    if (converter == nullptr || U_FAILURE(status)) return ascii().from_utf8(text);
    std::string bytes(static_cast<std::size_t>(units) * 8 + 16, '\0');
    const auto length = ucnv_fromUChars(converter, bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                        wide.data(), units, &status);
    if (U_FAILURE(status)) return ascii().from_utf8(text);
    bytes.resize(static_cast<std::size_t>(length));
    return bytes;
}

bool is_ascii_text(std::string_view bytes) { return first_not_ascii(bytes) == bytes.size(); }
bool is_utf8_text(std::string_view bytes) { return first_not_utf8(bytes) == bytes.size(); }

}  // namespace huizhen::records
