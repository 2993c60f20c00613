#include <bit>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/base/check.h>
#include <huizhen/base/file.h>
#include <huizhen/base/sha256.h>

#include "checkpoint_header.h"

namespace huizhen::engine {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
static_assert(std::endian::native == std::endian::little, "values are copied as they lie in the file");

// A read-only mapping of a whole file.
class MappedFile {
  public:
    static Result<MappedFile> open(const std::filesystem::path& path) {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) {
            if (errno == ENOENT) return fail(ErrorCode::kNotFound, path.string() + ": no such file");
            if (errno == EACCES)
                return fail(ErrorCode::kPermissionDenied, path.string() + ": may not be read");
            return fail(ErrorCode::kIo, path.string() + ": cannot be opened");
        }
        struct stat info {};
        const bool regular = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
        if (!regular || info.st_size < static_cast<off_t>(kLengthBytes)) {
            ::close(descriptor);
            return fail(ErrorCode::kMalformedInput, path.string() + ": not a checkpoint file");
        }
        const auto size = static_cast<std::size_t>(info.st_size);
        void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        ::close(descriptor);
        if (memory == MAP_FAILED) return fail(ErrorCode::kIo, path.string() + ": cannot be mapped");
        return MappedFile(static_cast<const std::byte*>(memory), size);
    }

    MappedFile(MappedFile&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile() {
        if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
    }

    std::span<const std::byte> bytes() const { return {data_, size_}; }

  private:
    MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
    const std::byte* data_;
    std::size_t size_;
};

// Not-a-number becomes the quiet one; infinity stays.
std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16U | 0x40U);
    return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16U & 1U)) >> 16U);
}

float from_bf16(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U); }

std::vector<std::byte> stored(const Tensor& tensor, StoredAs stored_as) {
    const std::vector<float> values = tensor.to_vector();
    if (stored_as == StoredAs::kF32) {
        const auto bytes = std::as_bytes(std::span(values));
        return {bytes.begin(), bytes.end()};
    }
    std::vector<std::uint16_t> halves(values.size());
    std::transform(values.begin(), values.end(), halves.begin(), to_bf16);
    const auto bytes = std::as_bytes(std::span(halves));
    return {bytes.begin(), bytes.end()};
}

}  // namespace

struct Checkpoint::Mapping {
    MappedFile file;
    CheckpointHeader header;
    std::uint64_t data_begin;
    std::string sha256;
};

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& path) {
    HZ_ASSIGN(MappedFile file, MappedFile::open(path));
    const std::span<const std::byte> bytes = file.bytes();
    std::uint64_t header_bytes = 0;
    std::memcpy(&header_bytes, bytes.data(), kLengthBytes);
    if (header_bytes > kMaxHeaderBytes)
        return fail(ErrorCode::kLimitExceeded, path.string() + ": the header is too long");
    if (header_bytes > bytes.size() - kLengthBytes) {
        return fail(ErrorCode::kMalformedInput, path.string() + ": the file ends inside its header");
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, header_bytes);
    const std::uint64_t data_begin = kLengthBytes + header_bytes;
    auto header = parse_checkpoint_header(text, bytes.size() - data_begin);
    if (!header) return fail(header.error().within(path.string()));
    std::string name = to_hex(huizhen::sha256(bytes));
    return Checkpoint(std::make_shared<const Mapping>(
        Mapping{std::move(file), std::move(*header), data_begin, std::move(name)}));
}

const CheckpointMetadata& Checkpoint::metadata() const { return mapping_->header.metadata; }
const std::string& Checkpoint::sha256() const { return mapping_->sha256; }
bool Checkpoint::contains(std::string_view name) const { return mapping_->header.entries.contains(name); }

std::vector<std::string> Checkpoint::names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : mapping_->header.entries) names.push_back(name);
    return names;
}

Result<Shape> Checkpoint::shape(std::string_view name) const {
    const auto found = mapping_->header.entries.find(name);
    if (found == mapping_->header.entries.end()) {
        return fail(ErrorCode::kIntegrity, "the checkpoint lacks " + std::string(name));
    }
    return found->second.shape;
}

Result<std::vector<float>> Checkpoint::read(std::string_view name) const {
    const auto found = mapping_->header.entries.find(name);
    if (found == mapping_->header.entries.end()) {
        return fail(ErrorCode::kIntegrity, "the checkpoint lacks " + std::string(name));
    }
    const CheckpointEntry& entry = found->second;
    // Other writers need not align their data: it is copied before it is read.
    const std::byte* from = mapping_->file.bytes().data() + mapping_->data_begin + entry.begin;
    const std::size_t size = entry.end - entry.begin;
    std::vector<float> values;
    if (entry.dtype == "F32") {
        values.resize(size / sizeof(float));
        if (size > 0) std::memcpy(values.data(), from, size);
    } else if (entry.dtype == "BF16") {
        std::vector<std::uint16_t> halves(size / sizeof(std::uint16_t));
        if (size > 0) std::memcpy(halves.data(), from, size);
        values.resize(halves.size());
        std::transform(halves.begin(), halves.end(), values.begin(), from_bf16);
    } else {
        return fail(ErrorCode::kUnsupported, std::string(name) + ": only F32 and BF16 values are read");
    }
    return values;
}

Result<Tensor> Checkpoint::read(std::string_view name, Context& context) const {
    HZ_ASSIGN(const Shape extents, shape(name));
    HZ_ASSIGN(const std::vector<float> values, read(name));
    return Tensor::from(context, extents, values);
}

Result<std::string> save_checkpoint(const std::filesystem::path& path, const NamedTensors& tensors,
                                    const CheckpointMetadata& metadata, StoredAs stored_as) {
    const bool whole = stored_as == StoredAs::kF32;
    CheckpointHeader header;
    header.metadata = metadata;
    std::map<std::string_view, const Tensor*> sorted;
    for (const auto& [name, tensor] : tensors) {
        if (name.starts_with("__"))
            return fail(ErrorCode::kInvalidArgument, "a tensor's name must not start with __");
        if (!sorted.emplace(name, &tensor).second)
            return fail(ErrorCode::kInvalidArgument, name + " is saved twice");
    }
    std::uint64_t at = 0;
    for (const auto& [name, tensor] : sorted) {
        const auto size = static_cast<std::uint64_t>(tensor->count()) * (whole ? 4 : 2);
        header.entries.emplace(name, CheckpointEntry{whole ? "F32" : "BF16", tensor->shape(), at, at + size});
        at += size;
    }
    const std::string text = write_checkpoint_header(header);
    const std::uint64_t length = text.size();
    std::vector<std::byte> bytes(kLengthBytes + length);
    bytes.reserve(bytes.size() + at);
    std::memcpy(bytes.data(), &length, kLengthBytes);
    std::memcpy(bytes.data() + kLengthBytes, text.data(), length);
    for (const auto& [name, tensor] : sorted) {
        const auto values = stored(*tensor, stored_as);
        bytes.insert(bytes.end(), values.begin(), values.end());
    }
    HZ_TRY(write_file_atomically(path, bytes, Readers::kByUmask));
    return to_hex(huizhen::sha256(bytes));
}

NamedTensors named_tensors(const ParameterSet& parameters, std::string_view prefix) {
    NamedTensors tensors;
    for (const Parameter& parameter : parameters.all()) {
        tensors.emplace_back(std::string(prefix) + parameter.name, parameter.value);
    }
    return tensors;
}

Status load_parameters(const Checkpoint& checkpoint, ParameterSet& parameters, std::string_view prefix) {
    std::vector<std::vector<float>> values;
    for (const Parameter& parameter : parameters.all()) {
        const std::string name = std::string(prefix) + parameter.name;
        HZ_ASSIGN(const Shape found, checkpoint.shape(name));
        if (found != parameter.value.shape()) {
            return fail(ErrorCode::kIntegrity, "the checkpoint holds " + name + " of shape " +
                                                   found.to_string() + ", the model wants " +
                                                   parameter.value.shape().to_string());
        }
        HZ_ASSIGN(std::vector<float> read, checkpoint.read(name));
        if (!std::all_of(read.begin(), read.end(), [](float value) { return std::isfinite(value); })) {
            return fail(ErrorCode::kIntegrity,
                        "the checkpoint holds a value in " + name + " that is not finite");
        }
        values.push_back(std::move(read));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        Tensor value = parameters.all()[i].value;
        value.assign(values[i]);
    }
    return {};
}

}  // namespace huizhen::engine
