#pragma once

// A model as the federation moves it: a safetensors file of F32 tensors that lie one after the other, so that
// the whole is one vector. Readable by the `safetensors` package and by engine/nn/checkpoint.h.
//
//     8 bytes     length of the header, little-endian
//     header      JSON: name -> {dtype, shape, data_offsets}; "__metadata__" -> {"huizhen.task": ..., ...}
//     values      little-endian floats
//
// Files are read and written by parts; nobody has to hold a model in memory.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>
#include <huizhen/files/descriptor.h>

namespace huizhen::model_file {

enum class TensorKind {
    kWeight,
    kNorm,  // of a normalisation: stays at the site under FedBN
};

struct TensorEntry {
    std::string name;
    std::vector<std::int64_t> shape;
    TensorKind kind = TensorKind::kWeight;

    std::uint64_t count() const;
    bool operator==(const TensorEntry&) const = default;
};

struct ModelHeader {
    std::string task;  // "ct-crops/1"
    std::vector<TensorEntry> tensors;
    std::map<std::string, std::string> notes;  // where it comes from; part of the digest

    std::uint64_t values() const;
};

inline constexpr std::size_t kMaxHeaderBytes = 16U << 20U;
inline constexpr std::size_t kMaxTensors = 65'536;
inline constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 36;

// One thread at a time.
class ModelReader {
  public:
    // Everything the header claims is checked against the file. kNotFound, kIo, kMalformedInput,
    // kLimitExceeded.
    static Result<ModelReader> open(const std::filesystem::path& path);

    const ModelHeader& header() const { return header_; }
    // values[first, first + into.size()); kMalformedInput past the end.
    Status read(std::uint64_t first, std::span<float> into) const;
    Result<std::vector<float>> read_all() const;

  private:
    ModelReader(std::filesystem::path path, files::Descriptor file, ModelHeader header, std::uint64_t data)
        : path_(std::move(path)), file_(std::move(file)), header_(std::move(header)), data_(data) {}

    std::filesystem::path path_;
    files::Descriptor file_;
    ModelHeader header_;
    std::uint64_t data_;  // where the values begin
};

struct WrittenModel {
    Sha256Digest digest{};
    std::uint64_t bytes = 0;
};

// Values in order, by parts. The file is whole and on the disk once finish() returned; without it, it is
// removed. One thread at a time.
class ModelWriter {
  public:
    static Result<ModelWriter> create(const std::filesystem::path& path, const ModelHeader& header);
    ~ModelWriter();
    ModelWriter(ModelWriter&&) noexcept = default;

    Status append(std::span<const float> values);
    // kInvalidArgument: not as many values as the header says.
    Result<WrittenModel> finish();

  private:
    ModelWriter(std::filesystem::path path, files::Descriptor file, std::uint64_t values)
        : path_(std::move(path)), file_(std::move(file)), missing_(values) {}

    std::filesystem::path path_;
    files::Descriptor file_;
    std::uint64_t missing_;
    std::uint64_t bytes_ = 0;
    Sha256 hash_;
    Status write(std::span<const std::uint8_t> bytes);
};

}  // namespace huizhen::model_file
