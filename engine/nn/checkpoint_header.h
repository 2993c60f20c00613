#pragma once

// The JSON header of a safetensors file, checked.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>
#include <huizhen/nn/checkpoint.h>

namespace huizhen::engine {

struct CheckpointEntry {
    std::string dtype;  // "F32"
    Shape shape;
    std::uint64_t begin = 0;  // bytes into the data section
    std::uint64_t end = 0;
};

struct CheckpointHeader {
    std::map<std::string, CheckpointEntry, std::less<>> entries;
    CheckpointMetadata metadata;
};

// `data_bytes`: what follows the header in the file. Entries must cover it without overlap or hole.
Result<CheckpointHeader> parse_checkpoint_header(std::string_view json, std::uint64_t data_bytes);

// Padded with spaces to a multiple of 8 bytes, so that the data is aligned.
std::string write_checkpoint_header(const CheckpointHeader& header);

}  // namespace huizhen::engine
