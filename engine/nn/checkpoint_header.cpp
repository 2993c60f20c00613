#include "checkpoint_header.h"

#include <nlohmann/json.hpp>

namespace huizhen::engine {
namespace {

using nlohmann::json;

constexpr std::string_view kMetadataKey = "__metadata__";
constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;
constexpr int kMaxDepth = 4;  // object, tensor object, array, number

tl::unexpected<Error> malformed(std::string message) {
    return fail(ErrorCode::kMalformedInput, std::move(message));
}

std::uint64_t bytes_per_element(std::string_view dtype) {
    if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
    if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
    if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
    if (dtype == "I8" || dtype == "U8" || dtype == "BOOL") return 1;
    return 0;
}

// Refuses nesting and repeated names while parsing, before anything is built from them.
Result<json> parse_guarded(std::string_view text) {
    bool too_deep = false;
    bool repeated = false;
    std::vector<std::map<std::string, bool>> seen;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        if (depth > kMaxDepth) too_deep = true;
        if (event == json::parse_event_t::object_start) seen.emplace_back();
        if (event == json::parse_event_t::object_end && !seen.empty()) seen.pop_back();
        if (event == json::parse_event_t::key && !seen.empty()) {
            if (!seen.back().emplace(parsed.get<std::string>(), true).second) repeated = true;
        }
        return !too_deep;
    };
    json root = json::parse(text, watch, /*allow_exceptions=*/false);
    if (too_deep) return malformed("the header is nested too deeply");
    if (root.is_discarded() || !root.is_object()) return malformed("the header is not a JSON object");
    if (repeated) return malformed("the header names something twice");
    return root;
}

Result<Shape> parse_shape(const json& value, const std::string& name) {
    if (!value.is_array() || value.size() > HZ_MAX_RANK)
        return malformed(name + ": shape is not an array of at most 8");
    std::vector<std::int64_t> dims;
    std::int64_t product = 1;
    for (const json& extent : value) {
        if (!extent.is_number_unsigned()) return malformed(name + ": an extent is not a whole number");
        const auto size = extent.get<std::uint64_t>();
        if (size > static_cast<std::uint64_t>(kMaxElements))
            return fail(ErrorCode::kLimitExceeded, name + ": too many elements");
        dims.push_back(static_cast<std::int64_t>(size));
        if (size > 0 && product > kMaxElements / dims.back()) {
            return fail(ErrorCode::kLimitExceeded, name + ": too many elements");
        }
        product *= dims.back();
    }
    return Shape(std::span<const std::int64_t>(dims));
}

Result<CheckpointEntry> parse_entry(const json& value, const std::string& name, std::uint64_t data_bytes) {
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets")) {
        return malformed(name + ": dtype, shape or data_offsets is missing");
    }
    CheckpointEntry entry;
    if (!value["dtype"].is_string()) return malformed(name + ": dtype is not a string");
    entry.dtype = value["dtype"].get<std::string>();
    const std::uint64_t width = bytes_per_element(entry.dtype);
    if (width == 0) return fail(ErrorCode::kUnsupported, name + ": unknown dtype");
    HZ_ASSIGN(entry.shape, parse_shape(value["shape"], name));
    const json& offsets = value["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
        return malformed(name + ": data_offsets are not two whole numbers");
    }
    entry.begin = offsets[0].get<std::uint64_t>();
    entry.end = offsets[1].get<std::uint64_t>();
    if (entry.begin > entry.end || entry.end > data_bytes)
        return malformed(name + ": data lies outside the file");
    if (entry.end - entry.begin != static_cast<std::uint64_t>(entry.shape.count()) * width) {
        return malformed(name + ": shape and data_offsets disagree");
    }
    return entry;
}

Status parse_metadata(const json& value, CheckpointMetadata& metadata) {
    if (!value.is_object()) return malformed("__metadata__ is not an object");
    for (const auto& [key, text] : value.items()) {
        if (!text.is_string()) return malformed("__metadata__ holds something else than strings");
        metadata.emplace(key, text.get<std::string>());
    }
    return {};
}

// The format forbids holes and overlaps.
Status check_coverage(const CheckpointHeader& header, std::uint64_t data_bytes) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    for (const auto& [name, entry] : header.entries) ranges.emplace_back(entry.begin, entry.end);
    std::ranges::sort(ranges);
    std::uint64_t at = 0;
    for (const auto& [begin, end] : ranges) {
        if (begin != at) return malformed("tensors overlap or leave a hole in the file");
        at = end;
    }
    if (at != data_bytes) return malformed("the file is longer than its tensors");
    return {};
}

}  // namespace

Result<CheckpointHeader> parse_checkpoint_header(std::string_view text, std::uint64_t data_bytes) {
    HZ_ASSIGN(const json root, parse_guarded(text));
    if (root.size() > Checkpoint::kMaxTensors)
        return fail(ErrorCode::kLimitExceeded, "the header names too many tensors");
    CheckpointHeader header;
    for (const auto& [name, value] : root.items()) {
        if (name == kMetadataKey) {
            HZ_TRY(parse_metadata(value, header.metadata));
            continue;
        }
        HZ_ASSIGN(CheckpointEntry entry, parse_entry(value, name, data_bytes));
        header.entries.emplace(name, std::move(entry));
    }
    HZ_TRY(check_coverage(header, data_bytes));
    return header;
}

std::string write_checkpoint_header(const CheckpointHeader& header) {
    json root = json::object();
    if (!header.metadata.empty()) root[std::string(kMetadataKey)] = header.metadata;
    for (const auto& [name, entry] : header.entries) {
        json shape = json::array();
        for (const std::int64_t extent : entry.shape.dims()) shape.push_back(extent);
        root[name] = {{"dtype", entry.dtype}, {"shape", shape}, {"data_offsets", {entry.begin, entry.end}}};
    }
    std::string text = root.dump(-1, ' ', false, json::error_handler_t::replace);
    while (text.size() % 8 != 0) text += ' ';
    return text;
}

}  // namespace huizhen::engine
