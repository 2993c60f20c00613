#include <huizhen/record_codes/ucum.h>
#include <huizhen/record_codes/unit_spelling.h>

namespace huizhen::records {
namespace {

struct Spelling {
    std::string_view written, ucum;
};

// Compared without blanks.
constexpr std::array kSpellings{
    Spelling{"K/uL", "10*3/uL"},
    Spelling{"k/uL", "10*3/uL"},
    Spelling{"K/mm3", "10*3/uL"},
    Spelling{"th/uL", "10*3/uL"},
    Spelling{"Thou/uL", "10*3/uL"},
    Spelling{"M/uL", "10*6/uL"},
    Spelling{"M/mm3", "10*6/uL"},
    Spelling{"Giga/L", "10*9/L"},
    Spelling{"T/L", "10*12/L"},
    Spelling{"Tera/L", "10*12/L"},
    Spelling{"IU/L", "[IU]/L"},
    Spelling{"IU/mL", "[IU]/mL"},
    Spelling{"IU/ml", "[IU]/mL"},
    Spelling{"KIU/L", "k[IU]/L"},
    Spelling{"kIU/L", "k[IU]/L"},
    Spelling{"mIU/L", "m[IU]/L"},
    Spelling{"mIU/mL", "m[IU]/mL"},
    Spelling{"mIU/ml", "m[IU]/mL"},
    Spelling{"uIU/mL", "u[IU]/mL"},
    Spelling{"uIU/ml", "u[IU]/mL"},
    Spelling{"AU/mL", "[arb'U]/mL"},
    Spelling{"/HPF", "/[HPF]"},
    Spelling{"#/hpf", "/[HPF]"},
    Spelling{"/hpf", "/[HPF]"},
    Spelling{"/LPF", "/[LPF]"},
    Spelling{"mmHg", "mm[Hg]"},
    Spelling{"mmhg", "mm[Hg]"},
    Spelling{"cmH2O", "cm[H2O]"},
    Spelling{"mEq/L", "meq/L"},
    Spelling{"mEq/l", "meq/L"},
    Spelling{"mOsm/kg", "mosm/kg"},
    Spelling{"mOsmol/kg", "mosm/kg"},
    Spelling{"mm/hr", "mm/h"},
    Spelling{"mm/1h", "mm/h"},
    Spelling{"sec", "s"},
    Spelling{"sec.", "s"},
    Spelling{"seconds", "s"},
    Spelling{"hr", "h"},
    Spelling{"yr", "a"},
    Spelling{"years", "a"},
    Spelling{"year", "a"},
    Spelling{"bpm", "/min"},
    Spelling{"beats/min", "/min"},
    Spelling{"breaths/min", "/min"},
    Spelling{"\xE6\xAC\xA1/\xE5\x88\x86", "/min"},              // times a minute
    Spelling{"\xE6\xAC\xA1/\xE5\x88\x86\xE9\x92\x9F", "/min"},  // the same, written out
    Spelling{"\xC2\xB0"
             "C",
             "Cel"},                  // degree sign, C
    Spelling{"\xE2\x84\x83", "Cel"},  // the same in one sign
    Spelling{"degC", "Cel"},
    Spelling{"DegC", "Cel"},
    Spelling{"\xC2\xB0"
             "F",
             "[degF]"},
    Spelling{"degF", "[degF]"},
    Spelling{"DegF", "[degF]"},
    Spelling{"lbs", "[lb_av]"},
    Spelling{"lb", "[lb_av]"},
    Spelling{"in", "[in_i]"},
    Spelling{"inches", "[in_i]"},
    Spelling{"Kg", "kg"},
    Spelling{"gm/dL", "g/dL"},
    Spelling{"pH", "[pH]"},
    Spelling{"mL/min/1.73m2", "mL/min/{1.73_m2}"},
    Spelling{"ml/min/1.73m2", "mL/min/{1.73_m2}"},
    Spelling{"mL/min/{1.73_m2}", "mL/min/{1.73_m2}"},
    Spelling{"copies/mL", "{copies}/mL"},
    Spelling{"S/CO", "{s_co_ratio}"},
    Spelling{"COI", "{COI}"},
    Spelling{"INR", "{INR}"},
    Spelling{"ratio", "{ratio}"},
    Spelling{"Ratio", "{ratio}"},
};

// Where letters' case was lost ("MMOL/L").
constexpr std::array<std::string_view, 30> kAnyCase{
    "mmol/L", "umol/L", "nmol/L", "pmol/L", "mol/L", "g/L",   "g/dL", "mg/dL",  "mg/L",    "ug/L",
    "ug/dL",  "ug/mL",  "ng/mL",  "ng/L",   "ng/dL", "pg/mL", "U/L",  "U/mL",   "k[IU]/L", "[IU]/mL",
    "fL",     "pg",     "mm/h",   "mm[Hg]", "meq/L", "cm",    "mm",   "10*9/L", "10*12/L", "10*3/uL"};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
}

std::string with_plain_signs(std::string_view written) {
    std::string text(written);
    constexpr std::array kSigns{
        Spelling{"\xCE\xBC", "u"},           // Greek mu
        Spelling{"\xC2\xB5", "u"},           // micro sign
        Spelling{"10\xE2\x81\xB9", "10^9"},  // superscripts: a power's first
        Spelling{"10\xC2\xB9\xC2\xB2", "10^12"},
        Spelling{"10\xE2\x81\xB6", "10^6"},
        Spelling{"10\xC2\xB3", "10^3"},
        Spelling{"\xC2\xB2", "2"},
        Spelling{"\xC2\xB3", "3"},
        Spelling{"\xC3\x97", "x"},      // multiplication sign
        Spelling{"\xEF\xBC\x8F", "/"},  // full-width signs
        Spelling{"\xEF\xBC\x85", "%"},
        Spelling{" ", ""},
        Spelling{"\xC2\xA0", ""},
    };
    for (const Spelling& sign : kSigns) replace_all(text, sign.written, sign.ucum);
    return text;
}

// "x10^9/L", "10E9/L", "10(9)/L", "X10*9/L", "10~9/L": "10*9/L".
std::string with_power_of_ten(const std::string& text) {
    std::size_t at = 0;
    if (text.starts_with('x') || text.starts_with('X') || text.starts_with('*')) at = 1;
    if (text.compare(at, 2, "10") != 0 || at + 3 > text.size()) return text;
    std::size_t digit = at + 2;
    if (std::string_view("^eE*(~").find(text[digit]) == std::string_view::npos) return text;
    digit += text.compare(digit, 2, "**") == 0 ? 2 : 1;
    std::size_t end = digit;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == digit) return text;
    const std::size_t rest = end < text.size() && text[end] == ')' ? end + 1 : end;
    return "10*" + text.substr(digit, end - digit) + text.substr(rest);
}

}  // namespace

std::optional<std::string> ucum_of(std::string_view written) {
    if (written.empty() || written.size() > kMaxUnitBytes) return std::nullopt;
    const std::string text = with_power_of_ten(with_plain_signs(written));
    for (const Spelling& spelling : kSpellings) {
        if (text == spelling.written) return std::string(spelling.ucum);
    }
    if (const auto unit = read_ucum(text)) return unit->text;
    if (text == "G/L") return std::nullopt;  // grams where case was lost, else 10*9: not for us to guess
    const std::string any_case = lower(text);
    for (const std::string_view unit : kAnyCase) {
        if (any_case == lower(unit)) return std::string(unit);
    }
    for (const Spelling& spelling : kSpellings) {
        if (any_case == lower(spelling.written)) return std::string(spelling.ucum);
    }
    return std::nullopt;
}

}  // namespace huizhen::records
