#include <charconv>

#include <huizhen/record_codes/ucum.h>

namespace huizhen::records {
namespace {

enum Dimension { kGram, kMetre, kSecond, kMole, kEquivalent, kUnit, kInternationalUnit, kOther };

struct Atom {
    std::string_view code;
    bool metric;  // takes a prefix
    double factor;
    Dimension dimension;
    signed char power;
};

constexpr std::array kAtoms{
    Atom{"g", true, 1, kGram, 1},
    Atom{"m", true, 1, kMetre, 1},
    Atom{"L", true, 1e-3, kMetre, 3},
    Atom{"l", true, 1e-3, kMetre, 3},
    Atom{"s", true, 1, kSecond, 1},
    Atom{"min", false, 60, kSecond, 1},
    Atom{"h", false, 3600, kSecond, 1},
    Atom{"d", false, 86400, kSecond, 1},
    Atom{"wk", false, 604800, kSecond, 1},
    Atom{"mo", false, 2629800, kSecond, 1},
    Atom{"a", false, 31557600, kSecond, 1},
    Atom{"mol", true, 1, kMole, 1},
    Atom{"eq", true, 1, kEquivalent, 1},
    Atom{"U", true, 1, kUnit, 1},
    Atom{"[IU]", true, 1, kInternationalUnit, 1},
    Atom{"[iU]", true, 1, kInternationalUnit, 1},
    Atom{"t", true, 1e6, kGram, 1},
    Atom{"[in_i]", false, 0.0254, kMetre, 1},
    Atom{"[lb_av]", false, 453.59237, kGram, 1},
    Atom{"[oz_av]", false, 28.349523125, kGram, 1},
};

// Compared with themselves alone.
struct OtherAtom {
    std::string_view code;
    bool metric;
};
constexpr std::array kOthers{
    OtherAtom{"osm", true},      OtherAtom{"Pa", true},       OtherAtom{"m[Hg]", true},
    OtherAtom{"m[H2O]", true},   OtherAtom{"bar", true},      OtherAtom{"Hz", true},
    OtherAtom{"kat", true},      OtherAtom{"Bq", true},       OtherAtom{"Gy", true},
    OtherAtom{"Sv", true},       OtherAtom{"J", true},        OtherAtom{"cal", true},
    OtherAtom{"[arb'U]", true},  OtherAtom{"Cel", false},     OtherAtom{"[degF]", false},
    OtherAtom{"[pH]", false},    OtherAtom{"[HPF]", false},   OtherAtom{"[LPF]", false},
    OtherAtom{"[CFU]", false},   OtherAtom{"[ppm]", false},   OtherAtom{"[ppb]", false},
    OtherAtom{"deg", false},     OtherAtom{"[drp]", false},   OtherAtom{"dB", false},
    OtherAtom{"[GPL'U]", false}, OtherAtom{"[MPL'U]", false}, OtherAtom{"[APL'U]", false},
    OtherAtom{"[diop]", false},
};

struct Prefix {
    std::string_view code;
    double factor;
};
constexpr std::array kPrefixes{Prefix{"G", 1e9},   Prefix{"M", 1e6},  Prefix{"k", 1e3},  Prefix{"d", 1e-1},
                               Prefix{"c", 1e-2},  Prefix{"m", 1e-3}, Prefix{"u", 1e-6}, Prefix{"n", 1e-9},
                               Prefix{"p", 1e-12}, Prefix{"f", 1e-15}};

bool add_atom(UcumUnit& unit, std::string_view code, double prefix, int power) {
    for (const Atom& atom : kAtoms) {
        if (atom.code != code || (prefix != 1 && !atom.metric)) continue;
        // "U/ML" means millilitres: megalitres and gigagrams are nobody's.
        if (prefix > 1e3 && atom.dimension <= kMetre) return false;
        unit.factor *= std::pow(prefix * atom.factor, power);
        unit.power[atom.dimension] =
            static_cast<signed char>(unit.power[atom.dimension] + atom.power * power);
        return true;
    }
    const auto other = std::find_if(kOthers.begin(), kOthers.end(),
                                    [&](const OtherAtom& atom) { return atom.code == code; });
    if (other == kOthers.end() || (prefix != 1 && !other->metric)) return false;
    unit.factor *= std::pow(prefix, power);
    unit.power[kOther] = static_cast<signed char>(unit.power[kOther] + power);
    unit.other += other->code;
    unit.other += ' ';
    return true;
}

bool add_simple(UcumUnit& unit, std::string_view code, int power) {
    if (add_atom(unit, code, 1, power)) return true;
    for (const Prefix& prefix : kPrefixes) {
        if (code.starts_with(prefix.code) &&
            add_atom(unit, code.substr(prefix.code.size()), prefix.factor, power))
            return true;
    }
    return false;
}

// "mmol", "m2", "10*9", "%", "{cells}", "100": one factor of the product.
bool add_term(UcumUnit& unit, std::string_view term, int sign) {
    const std::size_t brace = term.find('{');
    if (brace != std::string_view::npos) {
        if (!term.ends_with('}') || term.find('}') != term.size() - 1) return false;
        term = term.substr(0, brace);
        if (term.empty()) return true;
    }
    if (term == "%") {
        unit.factor *= std::pow(1e-2, sign);
        return true;
    }
    if (term.starts_with("10*") || term.starts_with("10^")) {
        int power = 0;
        const std::string_view digits = term.substr(3);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), power);
        if (error != std::errc() || end != digits.data() + digits.size() || std::abs(power) > 30)
            return false;
        unit.factor *= std::pow(10.0, power * sign);
        return true;
    }
    if (term.find_first_not_of("0123456789") == std::string_view::npos) {
        long number = 0;
        const auto [end, error] = std::from_chars(term.data(), term.data() + term.size(), number);
        if (error != std::errc() || number <= 0 || number > 1'000'000'000) return false;
        unit.factor *= std::pow(static_cast<double>(number), sign);
        return true;
    }
    int power = 1;
    const std::size_t last = term.find_last_not_of("0123456789");
    if (last != std::string_view::npos && last + 1 < term.size()) {
        if (term.size() - last > 2) return false;
        power = term.back() - '0';
        if (power == 0) return false;
        std::size_t keep = last + 1;
        if (term[last] == '-') {
            power = -power;
            keep = last;
        }
        term = term.substr(0, keep);
    }
    return !term.empty() && add_simple(unit, term, power * sign);
}

// Outside brackets and braces, where "." and "/" are names' and annotations' own.
std::size_t end_of_term(std::string_view text) {
    char closing = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (closing != 0) {
            if (text[i] == closing) closing = 0;
        } else if (text[i] == '[') {
            closing = ']';
        } else if (text[i] == '{') {
            closing = '}';
        } else if (text[i] == '.' || text[i] == '/') {
            return i;
        }
    }
    return text.size();
}

std::string with_capital_litre(std::string_view term) {
    std::string text(term);
    if (text == "l" || (text.size() == 2 && text[1] == 'l')) text.back() = 'L';
    return text;
}

}  // namespace

std::optional<UcumUnit> read_ucum(std::string_view text) {
    if (text.empty() || text.size() > kMaxUnitBytes) return std::nullopt;
    for (const char c : text) {
        if (c <= ' ' || c > '~') return std::nullopt;
    }
    UcumUnit unit;
    int sign = 1;
    if (text.starts_with('/')) {
        sign = -1;
        unit.text = "/";
        text.remove_prefix(1);
    }
    for (;;) {
        const std::size_t end = end_of_term(text);
        if (end == 0 || !add_term(unit, text.substr(0, end), sign)) return std::nullopt;
        unit.text += with_capital_litre(text.substr(0, end));
        if (end == text.size()) return unit;
        sign = text[end] == '/' ? -1 : 1;
        unit.text += text[end];
        text.remove_prefix(end + 1);
    }
}

std::optional<double> convert(double value, const UcumUnit& from, const UcumUnit& to,
                              std::optional<double> molar_mass_g_per_mol) {
    if (from.text == to.text) return value;
    if (from.same_kind(to)) return value * (from.factor / to.factor);
    if (!molar_mass_g_per_mol || from.other != to.other) return std::nullopt;
    UcumUnit as_mass = from;
    const int moles = from.power[kMole] - to.power[kMole];
    if (moles != 1 && moles != -1) return std::nullopt;
    as_mass.power[kMole] = to.power[kMole];
    as_mass.power[kGram] = static_cast<signed char>(as_mass.power[kGram] + moles);
    if (!as_mass.same_kind(to)) return std::nullopt;
    return value * std::pow(*molar_mass_g_per_mol, moles) * (from.factor / to.factor);
}

}  // namespace huizhen::records
