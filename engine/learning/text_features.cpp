#include "text_features.h"

#include <map>
#include <string>

namespace huizhen::learning {
namespace {

constexpr std::size_t kPiece = 4;     // characters of a piece of a word, its ends marked
constexpr std::size_t kMaxWord = 64;  // longer ones are cut: no word, but noise
constexpr double kPieceWeight = 0.3;  // pieces are many and say less each

// FNV-1a, 64 bit, finished by a mix so that its low bits may be taken.
std::uint64_t hash_of(char kind, std::string_view a, std::string_view b = {}) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    const auto eat = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL; };
    eat(kind);
    for (const char c : a) eat(c);
    eat('\0');
    for (const char c : b) eat(c);
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdULL;
    return hash ^ hash >> 33;
}

bool is_word(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Bytes of the UTF-8 character that begins with `c`; 1 for a byte that begins none.
std::size_t character_bytes(unsigned char c) {
    if (c >= 0xF0) return 4;
    if (c >= 0xE0) return 3;
    return c >= 0xC0 ? 2 : 1;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0x80) {
            const std::size_t bytes = std::min(character_bytes(c), text.size() - at);
            words.emplace_back(text.substr(at, bytes));
            at += bytes;
            continue;
        }
        if (!is_word(c)) {
            ++at;
            continue;
        }
        std::string word;
        for (; at < text.size() && is_word(static_cast<unsigned char>(text[at])); ++at) {
            if (word.size() < kMaxWord) word += lower(text[at]);
        }
        words.push_back(std::move(word));
    }
    return words;
}

}  // namespace

std::vector<TextFeature> text_features(std::string_view text, std::uint32_t buckets) {
    std::map<std::uint64_t, double> words, pieces;  // hash -> count
    const std::vector<std::string> all = words_of(text);
    for (std::size_t k = 0; k < all.size(); ++k) {
        ++words[hash_of('w', all[k])];
        if (k + 1 < all.size()) ++words[hash_of('p', all[k], all[k + 1])];
        const std::string marked = '<' + all[k] + '>';
        for (std::size_t at = 0; at + kPiece <= marked.size(); ++at) {
            ++pieces[hash_of('c', std::string_view(marked).substr(at, kPiece))];
        }
    }
    std::map<std::uint32_t, double> sums;
    const auto add = [&](const std::map<std::uint64_t, double>& counts, double weight) {
        for (const auto& [hash, count] : counts) {
            const double sign = (hash >> 63) != 0 ? -1 : 1;  // collisions cancel in the mean
            sums[static_cast<std::uint32_t>(hash % buckets)] += sign * weight * (1 + std::log(count));
        }
    };
    add(words, 1);
    add(pieces, kPieceWeight);
    double squares = 0;
    for (const auto& [bucket, value] : sums) squares += value * value;
    std::vector<TextFeature> features;
    if (squares == 0) return features;
    for (const auto& [bucket, value] : sums) {
        features.push_back({bucket, static_cast<float>(value / std::sqrt(squares))});
    }
    return features;
}

}  // namespace huizhen::learning
