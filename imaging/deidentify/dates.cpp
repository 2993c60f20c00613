#include "dates.h"

#include <chrono>
#include <cstdio>

namespace huizhen::imaging {
namespace {

using namespace std::chrono;

struct Parsed {
    sys_days day;
    std::size_t length = 8;  // of the date, in characters
};

std::optional<Parsed> parsed(std::string_view value) {
    std::string digits;
    std::size_t at = 0;
    for (; at < value.size() && digits.size() < 8; ++at) {
        const bool separator = value[at] == '.' && (at == 4 || at == 7);
        if (separator) continue;
        if (value[at] < '0' || value[at] > '9') return std::nullopt;
        digits += value[at];
    }
    if (digits.size() < 8) return std::nullopt;
    const auto number = [&](std::size_t first, std::size_t count) {
        return std::stoi(digits.substr(first, count));
    };
    const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(4, 2))},
                              day{static_cast<unsigned>(number(6, 2))}};
    if (!date.ok()) return std::nullopt;
    return Parsed{sys_days{date}, at};
}

std::string spelled(sys_days when) {
    const year_month_day date{when};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text.data();
}

}  // namespace

std::optional<std::string> shifted_date(std::string_view value, int days) {
    const auto date = parsed(value);
    if (!date || date->day + std::chrono::days{days} < sys_days{year{1} / 1 / 1}) return std::nullopt;
    return spelled(date->day + std::chrono::days{days}) + std::string(value.substr(date->length));
}

std::optional<std::string> date_digits(std::string_view value) {
    const auto date = parsed(value);
    if (!date) return std::nullopt;
    return spelled(date->day);
}

}  // namespace huizhen::imaging
