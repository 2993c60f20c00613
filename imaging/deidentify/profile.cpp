#include "profile.h"

#include <charconv>
#include <set>
#include <unordered_map>

#include <huizhen/base/check.h>

#include "tables.h"

namespace huizhen::imaging {
namespace {

struct Row {
    std::string_view base;     // "X/Z"
    std::string_view options;  // "uids=K,dates=C"
};

struct Table {
    std::unordered_map<std::uint32_t, Row> rows;
};

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(at, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::uint32_t hexadecimal(std::string_view digits) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    HZ_CHECK(error == std::errc() && end == digits.data() + digits.size(), "a tag of the table is a number");
    return number;
}

// Lines of a data file, comments left out, each split at tabs.
std::vector<std::vector<std::string_view>> lines_of(std::string_view text) {
    std::vector<std::vector<std::string_view>> lines;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty() && line.front() != '#') lines.push_back(split(line, '\t'));
    }
    return lines;
}

// Overlays and curves (60xx, 50xx) are removed whole, wherever the table names a part of them.
const Table& table() {
    static const Table made = [] {
        Table t;
        for (const auto& line : lines_of(profile_table_text())) {
            HZ_CHECK(line.size() == 4 && line[0].size() == 8, "a line of the table has four columns");
            if (line[0].find('X') == std::string_view::npos)
                t.rows[hexadecimal(line[0])] = {line[1], line[2]};
        }
        return t;
    }();
    return made;
}

const Row* find(std::uint16_t group, std::uint16_t element) {
    const auto& rows = table().rows;
    const auto found = rows.find((std::uint32_t{group} << 16) | element);
    return found == rows.end() ? nullptr : &found->second;
}

bool has(const Row& row, std::string_view option) {
    const auto all = split(row.options, ',');
    return std::find(all.begin(), all.end(), option) != all.end();
}

Action base_action(std::string_view base, bool is_sequence) {
    if (base == "X") return Action::kRemove;
    if (base == "Z" || base == "X/Z") return Action::kEmpty;
    if (base == "U") return Action::kUid;
    if (base == "X/Z/U*") return Action::kItems;
    if (is_sequence && base.front() == 'X') return Action::kRemove;
    return Action::kDummy;  // D, Z/D, X/D, X/Z/D
}

}  // namespace

Action profile_action(std::uint16_t group, std::uint16_t element, bool is_sequence,
                      const DeidentifyOptions& options) {
    if ((group & 0xFF00) == 0x5000 || (group & 0xFF00) == 0x6000) return Action::kRemove;
    const Row* row = find(group, element);
    if (row == nullptr) return Action::kUnlisted;
    if (options.retain_patient_characteristics && has(*row, "patient=K")) return Action::kKeep;
    if (options.retain_device_identity && has(*row, "device=K")) return Action::kKeep;
    if (options.retain_modified_dates && has(*row, "dates=C"))
        return is_sequence ? Action::kItems : Action::kShift;
    const bool words = (options.clean_descriptors && has(*row, "descriptors=C")) ||
                       (options.retain_patient_characteristics && has(*row, "patient=C")) ||
                       (options.retain_device_identity && has(*row, "device=C"));
    if (words && !is_sequence) return Action::kWords;
    return base_action(row->base, is_sequence);
}

bool is_identifier(std::uint16_t group, std::uint16_t element) {
    const Row* row = find(group, element);
    return row != nullptr && !has(*row, "descriptors=C") && !has(*row, "patient=K") &&
           !has(*row, "patient=C");
}

bool is_safe_private(std::uint16_t group, std::uint16_t element, std::string_view creator) {
    static const std::set<std::pair<std::uint32_t, std::string_view>> safe = [] {
        std::set<std::pair<std::uint32_t, std::string_view>> made;
        for (const auto& line : lines_of(safe_private_text())) {
            HZ_CHECK(line.size() == 4 && line[0].substr(4, 2) == "xx", "a line names a tag and its creator");
            made.emplace((hexadecimal(line[0].substr(0, 4)) << 16) | hexadecimal(line[0].substr(6)), line[1]);
        }
        return made;
    }();
    return safe.count({(std::uint32_t{group} << 16) | (element & 0xFFU), creator}) != 0;
}

std::size_t profile_row_count() { return table().rows.size(); }

}  // namespace huizhen::imaging
