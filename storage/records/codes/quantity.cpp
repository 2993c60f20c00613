#include <charconv>

#include <huizhen/record_codes/quantity.h>

namespace huizhen::records {
namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

struct Sign {
    std::string_view written, meant;
};
constexpr std::array kSigns{
    Sign{"<=", "<="}, Sign{">=", ">="}, Sign{"\xE2\x89\xA4", "<="}, Sign{"\xE2\x89\xA5", ">="},
    Sign{"<", "<"},   Sign{">", ">"},   Sign{"\xEF\xBC\x9C", "<"},  Sign{"\xEF\xBC\x9E", ">"},
};

}  // namespace

std::optional<double> read_number(std::string_view text) {
    text = trimmed(text);
    const bool plus = text.starts_with('+');
    if (plus) text.remove_prefix(1);
    // A digit first: from_chars reads "inf" and "nan".
    const std::string_view digits = !plus && text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() || ((digits[0] < '0' || digits[0] > '9') && digits[0] != '.')) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<chart::Quantity> read_quantity(std::string_view text) {
    text = trimmed(text);
    chart::Quantity quantity;
    for (const Sign& sign : kSigns) {
        if (!text.starts_with(sign.written)) continue;
        quantity.comparator = sign.meant;
        text.remove_prefix(sign.written.size());
        break;
    }
    const auto value = read_number(text);
    if (!value) return std::nullopt;
    quantity.value = *value;
    return quantity;
}

std::optional<Range> read_range(std::string_view text) {
    text = trimmed(text);
    if (const auto bound = read_quantity(text); bound && !bound->comparator.empty()) {
        return bound->comparator.starts_with('<') ? Range{std::nullopt, bound->value}
                                                  : Range{bound->value, std::nullopt};
    }
    for (const std::string_view between : {"--", "-", "~", "\xE2\x80\x93", "\xEF\xBD\x9E", "\xEF\xBC\x8D"}) {
        const std::size_t at = text.find(between, 1);  // the first character may be a minus
        if (text.empty() || at == std::string_view::npos) continue;
        const auto low = read_number(text.substr(0, at)),
                   high = read_number(text.substr(at + between.size()));
        if (low && high && *low <= *high) return Range{low, high};
    }
    return std::nullopt;
}

}  // namespace huizhen::records
