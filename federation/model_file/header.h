#pragma once

// The JSON in front of the values.

#include <span>

#include <huizhen/model_file/model_file.h>

namespace huizhen::model_file {

std::string to_json(const ModelHeader& header);

// kMalformedInput: not safetensors, or not one vector. `data_bytes`: what follows the header.
Result<ModelHeader> parse_header(std::string_view json, std::uint64_t data_bytes);

}  // namespace huizhen::model_file
