#pragma once

// Checkpoints: safetensors files (8-byte little-endian header length, JSON header, tensor bytes), readable by
// the `safetensors` package. https://huggingface.co/docs/safetensors

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/nn/adamw.h>
#include <huizhen/nn/parameters.h>

namespace huizhen::engine {

using CheckpointMetadata = std::map<std::string, std::string, std::less<>>;

// A file mapped read-only. Everything the header claims is checked before it is used: sizes, overlaps, holes,
// element types, shape products. Any thread may read.
class Checkpoint {
  public:
    static constexpr std::uint64_t kMaxHeaderBytes = 16U << 20U;
    static constexpr std::uint64_t kMaxTensors = 65536;

    // kNotFound, kIo, kMalformedInput, kLimitExceeded.
    static Result<Checkpoint> open(const std::filesystem::path& path);

    const CheckpointMetadata& metadata() const;
    std::vector<std::string> names() const;
    bool contains(std::string_view name) const;
    Result<Shape> shape(std::string_view name) const;
    // A copy of an F32 or BF16 tensor.
    Result<std::vector<float>> read(std::string_view name) const;
    Result<Tensor> read(std::string_view name, Context& context) const;
    // SHA-256 of the whole file, hexadecimal: the name of the model.
    const std::string& sha256() const;

  private:
    struct Mapping;
    // Co-owned by copies of the value.
    std::shared_ptr<const Mapping> mapping_;
    explicit Checkpoint(std::shared_ptr<const Mapping> mapping) : mapping_(std::move(mapping)) {}
};

// Element types of a file: all 32 bits, or the upper 16 of them, rounded to nearest even. The latter halves
// the file of a finished model at a relative error of at most 2^-9 a weight.
enum class StoredAs { kF32, kBf16 };

// Written whole or not at all. Gives the SHA-256 of the file. Keys starting with "__" are refused.
Result<std::string> save_checkpoint(const std::filesystem::path& path, const NamedTensors& tensors,
                                    const CheckpointMetadata& metadata, StoredAs stored_as = StoredAs::kF32);

NamedTensors named_tensors(const ParameterSet& parameters, std::string_view prefix = {});

// Copies "<prefix><name>" into every parameter. All names, shapes and values are checked before the first
// value is changed; kIntegrity names the first that is missing, differs or is not finite.
Status load_parameters(const Checkpoint& checkpoint, ParameterSet& parameters, std::string_view prefix = {});

}  // namespace huizhen::engine
