#include "header.h"

#include <algorithm>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

namespace huizhen::model_file {
namespace {

using Json = nlohmann::json;

constexpr const char* kMetadata = "__metadata__";
constexpr const char* kTask = "huizhen.task";
constexpr const char* kNormTensors = "huizhen.norm_tensors";  // names, a JSON array in a string

tl::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorCode::kMalformedInput, "model-malformed: " + std::string(what));
}

// Deeper than safetensors ever nests; nlohmann's parser recurses for each level.
constexpr int kMaxDepth = 4;

Json parse_json(std::string_view text) {
    bool too_deep = false;
    Json json = Json::parse(
        text,
        [&too_deep](int depth, Json::parse_event_t, Json&) {
            too_deep = too_deep || depth > kMaxDepth;
            return !too_deep;
        },
        /*allow_exceptions=*/false);
    return too_deep ? Json() : json;
}

struct Placed {
    TensorEntry entry;
    std::uint64_t begin = 0, end = 0;
};

Result<std::vector<std::int64_t>> read_shape(const Json& json) {
    if (!json.is_array() || json.size() > 8) return malformed("a shape is no list of at most 8 numbers");
    std::vector<std::int64_t> shape;
    for (const Json& extent : json) {
        if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() == 0 ||
            extent.get<std::uint64_t>() > kMaxValues)
            return malformed("an extent is out of range");
        shape.push_back(extent.get<std::int64_t>());
    }
    return shape;
}

Result<Placed> read_tensor(const std::string& name, const Json& json) {
    if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") ||
        !json.contains("data_offsets"))
        return malformed("a tensor lacks dtype, shape or data_offsets");
    if (json["dtype"] != "F32") return malformed("only F32 tensors are exchanged");
    Placed placed;
    placed.entry.name = name;
    HZ_ASSIGN(placed.entry.shape, read_shape(json["shape"]));
    std::uint64_t count = 1;
    for (const std::int64_t extent : placed.entry.shape) {
        count *= static_cast<std::uint64_t>(extent);
        if (count > kMaxValues) return malformed("a tensor is too large");
    }
    const Json& offsets = json["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned())
        return malformed("data_offsets are not two numbers");
    placed.begin = offsets[0].get<std::uint64_t>();
    placed.end = offsets[1].get<std::uint64_t>();
    if (placed.end < placed.begin || placed.end - placed.begin != count * sizeof(float))
        return malformed("a tensor's bytes do not fit its shape");
    return placed;
}

Status read_metadata(const Json& json, ModelHeader& header, std::set<std::string>& norms) {
    if (!json.is_object()) return malformed("__metadata__ is no object");
    for (const auto& [key, value] : json.items()) {
        if (!value.is_string()) return malformed("a note is no text");
        const std::string text = value.get<std::string>();
        if (key == kTask) {
            header.task = text;
        } else if (key == kNormTensors) {
            const Json names = parse_json(text);
            if (!names.is_array()) return malformed("huizhen.norm_tensors is no list");
            for (const Json& name : names) {
                if (!name.is_string()) return malformed("huizhen.norm_tensors holds no names");
                norms.insert(name.get<std::string>());
            }
        } else {
            header.notes[key] = text;
        }
    }
    return {};
}

// One after the other from 0 to the end, so that all are one vector.
Status place_in_order(std::vector<Placed>& placed, std::uint64_t data_bytes) {
    std::ranges::sort(placed, {}, &Placed::begin);
    std::uint64_t at = 0;
    for (const Placed& tensor : placed) {
        if (tensor.begin != at) return malformed("tensors overlap or leave holes");
        at = tensor.end;
    }
    if (at != data_bytes) return malformed("the file is longer or shorter than its header says");
    if (at / sizeof(float) > kMaxValues) return malformed("too many values");
    return {};
}

}  // namespace

std::string to_json(const ModelHeader& header) {
    Json json = Json::object();
    Json norms = Json::array();
    std::uint64_t at = 0;
    for (const TensorEntry& tensor : header.tensors) {
        const std::uint64_t end = at + tensor.count() * sizeof(float);
        json[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
        if (tensor.kind == TensorKind::kNorm) norms.push_back(tensor.name);
    }
    Json metadata(header.notes);
    if (header.notes.empty()) metadata = Json::object();
    metadata[kTask] = header.task;
    metadata[kNormTensors] = norms.dump();
    json[kMetadata] = std::move(metadata);
    std::string text = json.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // the values start aligned
    return text;
}

Result<ModelHeader> parse_header(std::string_view text, std::uint64_t data_bytes) {
    const Json json = parse_json(text);
    if (!json.is_object()) return malformed("the header is no JSON object");
    if (json.size() > kMaxTensors) return malformed("too many tensors");
    ModelHeader header;
    std::set<std::string> norms;
    std::vector<Placed> placed;
    for (const auto& [name, value] : json.items()) {
        if (name == kMetadata) {
            HZ_TRY(read_metadata(value, header, norms));
            continue;
        }
        HZ_ASSIGN(Placed tensor, read_tensor(name, value));
        placed.push_back(std::move(tensor));
    }
    if (placed.empty()) return malformed("it holds no tensor");
    HZ_TRY(place_in_order(placed, data_bytes));
    for (Placed& tensor : placed) {
        if (norms.erase(tensor.entry.name) != 0) tensor.entry.kind = TensorKind::kNorm;
        header.tensors.push_back(std::move(tensor.entry));
    }
    if (!norms.empty()) return malformed("huizhen.norm_tensors names a tensor that is not there");
    return header;
}

}  // namespace huizhen::model_file
