#include "leftovers.h"

#include <set>

#include "dates.h"
#include "keyed.h"
#include "profile.h"

namespace huizhen::imaging {
namespace {

constexpr std::size_t kShortestName = 3;        // of ASCII letters; other scripts say a name in one or two
constexpr std::size_t kShortestIdentifier = 4;  // study ID "1" is everywhere
constexpr std::size_t kLongestScanned = std::size_t{1} << 20;

struct Identifiers {
    std::set<std::string> names, identifiers, dates, uids;
};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
}

// The bytes of a value, whatever its representation; nothing of numbers and long ones.
std::string bytes_of(DcmElement& element) {
    if (element.getLength() > kLongestScanned) return {};
    OFString value;
    switch (element.ident()) {
        case EVR_SQ:
        case EVR_US:
        case EVR_SS:
        case EVR_UL:
        case EVR_SL:
        case EVR_FL:
        case EVR_FD:
        case EVR_AT: return {};
        case EVR_OB:
        case EVR_UN:
        case EVR_OW:
        case EVR_ox: {
            Uint8* bytes = nullptr;
            if (element.getUint8Array(bytes).good() && bytes != nullptr)
                return {reinterpret_cast<const char*>(bytes), element.getLength()};
            return {};
        }
        default: break;
    }
    return element.getOFStringArray(value).good() ? std::string(value.c_str(), value.size()) : std::string();
}

template <typename Visit>
void walk(DcmItem& item, const Visit& visit) {
    for (unsigned long i = 0; i < item.card(); ++i) {
        DcmElement& element = *item.getElement(i);
        if (element.getTag() == DCM_PixelData) continue;
        visit(element);
        if (element.ident() != EVR_SQ) continue;
        auto& sequence = static_cast<DcmSequenceOfItems&>(element);
        for (unsigned long k = 0; k < sequence.card(); ++k) walk(*sequence.getItem(k), visit);
    }
}

std::vector<std::string> parts_of(const std::string& text, std::string_view separators) {
    std::vector<std::string> parts{{}};
    for (const char c : text) {
        if (separators.find(c) != std::string_view::npos)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    for (std::string& part : parts) {
        while (!part.empty() && (part.back() == ' ' || part.back() == '\0')) part.pop_back();
        part.erase(0, part.find_first_not_of(' '));
    }
    return parts;
}

bool is_beyond_ascii(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == 0x1B; });
}

void collect_text(DcmElement& element, const std::string& value, Identifiers& found) {
    const DcmTag& tag = element.getTag();
    if (!is_identifier(tag.getGroup(), tag.getElement())) return;
    for (const std::string& part : parts_of(value, "\\")) {
        if (part.size() >= kShortestIdentifier) found.identifiers.insert(upper(part));
    }
}

Identifiers collect(DcmDataset& original) {
    Identifiers found;
    walk(original, [&](DcmElement& element) {
        const std::string value = bytes_of(element);
        if (value.empty()) return;
        switch (element.ident()) {
            case EVR_PN:
                for (const std::string& part : parts_of(value, "^=\\ ,")) {
                    if (part.size() >= kShortestName || (is_beyond_ascii(part) && part.size() >= 2))
                        found.names.insert(upper(part));
                }
                break;
            case EVR_UI:
                for (const std::string& part : parts_of(value, "\\")) {
                    if (!part.empty() && !is_standard_uid(part)) found.uids.insert(part);
                }
                break;
            case EVR_DA:
            case EVR_DT:
                for (const std::string& part : parts_of(value, "\\")) {
                    if (const auto digits = date_digits(part)) found.dates.insert(*digits);
                }
                break;
            case EVR_LO:
            case EVR_SH:
            case EVR_ST:
            case EVR_LT:
            case EVR_UT:
            case EVR_UC: collect_text(element, value, found); break;
            default: break;
        }
    });
    // Somebody de-identified it before, with our word.
    found.names.erase(kDummyText);
    found.identifiers.erase(kDummyText);
    return found;
}

// Standing for itself: "Lee" is not in "sleep".
bool holds(const std::string& value, const std::string& token) {
    for (std::size_t at = value.find(token); at != std::string::npos; at = value.find(token, at + 1)) {
        const bool begins = at == 0 || !is_word(value[at - 1]) || !is_word(token.front());
        const std::size_t end = at + token.size();
        const bool ends = end == value.size() || !is_word(value[end]) || !is_word(token.back());
        if ((begins && ends) || static_cast<unsigned char>(token.front()) >= 0x80) return true;
    }
    return false;
}

// 1.2.3 is neither in 1.2.34 nor in 1.2.3.4.
bool holds_uid(const std::string& value, const std::string& uid) {
    const auto continues = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
    for (std::size_t at = value.find(uid); at != std::string::npos; at = value.find(uid, at + 1)) {
        const std::size_t end = at + uid.size();
        const bool begins = at == 0 || !continues(value[at - 1]);
        // A full stop may end a sentence.
        const bool ends = end == value.size() || !continues(value[end]) ||
                          (value[end] == '.' && (end + 1 == value.size() || !continues(value[end + 1])));
        if (begins && ends) return true;
    }
    return false;
}

bool holds_any(const std::string& value, const std::set<std::string>& tokens) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const std::string& token) { return holds(value, token); });
}

bool is_text(DcmEVR vr) {
    switch (vr) {
        case EVR_AE:
        case EVR_LO:
        case EVR_LT:
        case EVR_PN:
        case EVR_SH:
        case EVR_ST:
        case EVR_UC:
        case EVR_UR:
        case EVR_UT:
        case EVR_UN:
        case EVR_OB: return true;
        default: return false;
    }
}

// What we wrote ourselves, and what an option keeps by name.
bool is_exempt(const DcmTag& tag, const DeidentifyOptions& options) {
    if (tag.getGroup() == 0x0002 && (tag.getElement() == 0x0012 || tag.getElement() == 0x0013)) return true;
    if (tag.getGroup() == 0x0012 && (tag.getElement() == 0x0063 || tag.getElement() == 0x0064)) return true;
    return profile_action(tag.getGroup(), tag.getElement(), false, options) == Action::kKeep;
}

const char* what_it_holds(DcmElement& element, const Identifiers& original,
                          const DeidentifyOptions& options) {
    const std::string value = upper(bytes_of(element));
    if (value.empty()) return nullptr;
    const DcmEVR vr = element.ident();
    if (is_exempt(element.getTag(), options)) return nullptr;
    if (std::any_of(original.uids.begin(), original.uids.end(),
                    [&](const std::string& uid) { return holds_uid(value, uid); }))
        return "a UID";
    if (vr == EVR_DA || vr == EVR_DT) {
        const bool dummy = value.substr(0, 8) == "19000101";
        if (!dummy && !options.retain_modified_dates) return "a date";
        return nullptr;  // moved by construction, and possibly onto another date of the original
    }
    if (vr == EVR_CS) return holds_any(value, original.identifiers) ? "an identifier" : nullptr;
    if (!is_text(vr)) return nullptr;
    if (holds_any(value, original.names)) return "a name";
    if (holds_any(value, original.identifiers)) return "an identifier";
    if (holds_any(value, original.dates)) return "a date";
    return nullptr;
}

std::string name_of(const DcmTag& tag) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "(%04X,%04X)", tag.getGroup(), tag.getElement());
    return text.data();
}

}  // namespace

std::size_t scrub(DcmDataset& cleaned, DcmDataset& original, const DeidentifyOptions& options) {
    const Identifiers identifiers = collect(original);
    std::size_t count = 0;
    walk(cleaned, [&](DcmElement& element) {
        const bool is_string =
            is_text(element.ident()) && element.ident() != EVR_UN && element.ident() != EVR_OB;
        if (!is_string || what_it_holds(element, identifiers, options) == nullptr) return;
        element.putString(kDummyText);
        ++count;
    });
    return count;
}

std::vector<std::string> leftovers_in(DcmFileFormat& result, DcmDataset& original,
                                      const DeidentifyOptions& options) {
    const Identifiers identifiers = collect(original);
    std::vector<std::string> found;
    const auto look = [&](DcmElement& element) {
        const DcmTag& tag = element.getTag();
        if (tag.getGroup() % 2 == 1 && !options.retain_safe_private)
            found.push_back(name_of(tag) + " is private");
        const char* what = what_it_holds(element, identifiers, options);
        if (what != nullptr) found.push_back(name_of(tag) + " holds " + what);
    };
    walk(*result.getMetaInfo(), look);
    walk(*result.getDataset(), look);
    return found;
}

}  // namespace huizhen::imaging
