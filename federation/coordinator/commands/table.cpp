#include "table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <huizhen/base/clock.h>

namespace huizhen::coordinator {
namespace {

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    static constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", value, value < 9.95 && unit > 0 ? 1 : 0, kUnits[unit]);
}

std::string time_text(std::int64_t unix_ms) {
    if (unix_ms == 0) return "-";
    std::string text = to_iso8601(std::chrono::system_clock::time_point(std::chrono::milliseconds(unix_ms)));
    text[10] = ' ';
    return text.substr(0, 16);
}

std::string short_digest(const std::string& digest) { return digest.empty() ? "-" : digest.substr(0, 12); }

}  // namespace huizhen::coordinator
