#include "descriptors.h"

#include <unordered_set>

#include "tables.h"

namespace huizhen::imaging {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// What parts words for good: "W/O" and "chest-abdomen" are one chunk of two words, "02-01-60" is one chunk.
bool is_space(char c) {
    return c == ' ' || c == '_' || c == ',' || c == ';' || static_cast<signed char>(c) < 0x20;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
}

// Runs of letters.
std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        if (is_letter(c)) {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.push_back(word);
    return words;
}

bool is_known(const std::string& word) {
    static const std::unordered_set<std::string> known = [] {
        const auto words = words_in(descriptor_words_text());
        return std::unordered_set<std::string>(words.begin(), words.end());
    }();
    return known.count(lower(word)) != 0;
}

// "5", "1.25", "5mm".
bool is_small_number(std::string_view chunk) {
    std::size_t at = 0, digits = 0, decimals = 0;
    for (; at < chunk.size() && is_digit(chunk[at]); ++at) ++digits;
    if (at < chunk.size() && chunk[at] == '.') {
        for (++at; at < chunk.size() && is_digit(chunk[at]); ++at) ++decimals;
    }
    const std::string unit = lower(std::string(chunk.substr(at)));
    return digits >= 1 && digits <= 3 && decimals <= 3 &&
           (unit.empty() || unit == "mm" || unit == "ml" || unit == "cm");
}

bool has_digit(std::string_view chunk) { return std::any_of(chunk.begin(), chunk.end(), is_digit); }

}  // namespace

std::string harmless_words(std::string_view text) {
    std::vector<std::string> chunks{{}};
    for (const char c : text) {
        if (!is_space(c)) {
            chunks.back() += c;
        } else if (!chunks.back().empty()) {
            chunks.emplace_back();
        }
    }
    std::string kept;
    const auto keep = [&](const std::string& word) { kept += (kept.empty() ? "" : " ") + word; };
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        if (has_digit(chunks[i])) {
            const bool alone = (i == 0 || !has_digit(chunks[i - 1])) &&
                               (i + 1 == chunks.size() || !has_digit(chunks[i + 1]));
            if (alone && is_small_number(chunks[i])) keep(chunks[i]);
            continue;
        }
        for (const std::string& word : words_in(chunks[i])) {
            if (is_known(word)) keep(word);
        }
    }
    return kept;
}

}  // namespace huizhen::imaging
