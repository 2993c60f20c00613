#include <nlohmann/json.hpp>

#include <huizhen/base/file.h>
#include <huizhen/base/sha256.h>
#include <huizhen/node/diagnosis/other_inputs.h>

namespace huizhen::node {
namespace {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
        const unsigned char first = byte(i);
        if (first < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k) {
            if ((byte(i + k) & 0xC0) != 0x80) return false;
        }
        const unsigned char second = byte(i + 1);
        const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
        const bool surrogate = first == 0xED && second >= 0xA0;
        if (overlong || surrogate || (first == 0xF4 && second >= 0x90)) return false;
        i += length;
    }
    return true;
}

UnusedInput described(const char* kind, std::span<const std::byte> bytes) {
    return {.kind = kind, .sha256 = to_hex(sha256(bytes)), .bytes = bytes.size()};
}

std::string_view as_text(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

tl::unexpected<Error> malformed(const std::filesystem::path& path, const char* why) {
    return fail(ErrorCode::kMalformedInput, path.filename().string() + ": " + why);
}

}  // namespace

Result<UnusedInput> check_text(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxTextBytes));
    const std::string_view text = as_text(bytes);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return malformed(path, "the report is empty");
    if (text.find('\0') != std::string_view::npos || !is_utf8(text)) {
        return malformed(path, "the report is not UTF-8 text; convert it first");
    }
    return described("text", bytes);
}

Result<UnusedInput> check_emr_bundle(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxBundleBytes));
    const std::string_view text = as_text(bytes);
    // A depth limit of its own, since the parser descends by recursion in the destructor of its values.
    constexpr int kMaxDepth = 64;
    bool too_deep = false;
    const auto limit_depth = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        too_deep = too_deep || depth > kMaxDepth;
        return !too_deep;
    };
    const nlohmann::json bundle = nlohmann::json::parse(text, limit_depth, false);
    if (too_deep)
        return fail(ErrorCode::kLimitExceeded,
                    path.filename().string() + ": nested deeper than any FHIR bundle");
    if (bundle.is_discarded()) return malformed(path, "not JSON");
    if (!bundle.is_object() || bundle.value("resourceType", nlohmann::json()) != "Bundle") {
        return malformed(path, "not a FHIR bundle: resourceType is not \"Bundle\"");
    }
    const nlohmann::json entries = bundle.value("entry", nlohmann::json::array());
    const bool objects =
        entries.is_array() && std::ranges::all_of(entries, [](const auto& e) { return e.is_object(); });
    if (!objects) return malformed(path, "not a FHIR bundle: entry is not a list of objects");
    return described("emr", bytes);
}

}  // namespace huizhen::node
