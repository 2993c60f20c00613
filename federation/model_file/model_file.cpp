#include <bit>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/model_file/model_file.h>

#include "header.h"

namespace huizhen::model_file {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in memory");

constexpr std::size_t kLengthBytes = 8;

Status read_at(const files::Descriptor& file, std::uint64_t offset, std::span<std::uint8_t> into,
               const std::filesystem::path& path) {
    while (!into.empty()) {
        const ssize_t got = ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(files::system_error(errno, "read", path));
        if (got == 0) return fail(ErrorCode::kMalformedInput, "model-malformed: the file ends too early");
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

std::span<std::uint8_t> bytes_of(std::span<float> values) {
    return {reinterpret_cast<std::uint8_t*>(values.data()), values.size_bytes()};
}

std::span<const std::uint8_t> bytes_of(std::span<const float> values) {
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

}  // namespace

std::uint64_t TensorEntry::count() const {
    std::uint64_t count = 1;
    for (const std::int64_t extent : shape) count *= static_cast<std::uint64_t>(extent);
    return count;
}

std::uint64_t ModelHeader::values() const {
    std::uint64_t sum = 0;
    for (const TensorEntry& tensor : tensors) sum += tensor.count();
    return sum;
}

Result<ModelReader> ModelReader::open(const std::filesystem::path& path) {
    HZ_ASSIGN(files::Descriptor file, files::open_file(path, O_RDONLY));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail(files::system_error(errno, "read", path));
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kMalformedInput, "model-malformed: not a file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::uint64_t length = 0;
    if (size < kLengthBytes)
        return fail(ErrorCode::kMalformedInput, "model-malformed: the file is too short");
    HZ_TRY(read_at(file, 0, {reinterpret_cast<std::uint8_t*>(&length), kLengthBytes}, path));
    if (length > kMaxHeaderBytes || length > size - kLengthBytes)
        return fail(ErrorCode::kLimitExceeded, "model-malformed: the header is too long");
    std::string text(length, '\0');
    HZ_TRY(read_at(file, kLengthBytes, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}, path));
    const std::uint64_t data = kLengthBytes + length;
    HZ_ASSIGN(ModelHeader header, parse_header(text, size - data));
    return ModelReader(path, std::move(file), std::move(header), data);
}

Status ModelReader::read(std::uint64_t first, std::span<float> into) const {
    const std::uint64_t all = header_.values();
    if (first > all || into.size() > all - first)
        return fail(ErrorCode::kMalformedInput, "model-malformed: values past the end were asked for");
    return read_at(file_, data_ + first * sizeof(float), bytes_of(into), path_);
}

Result<std::vector<float>> ModelReader::read_all() const {
    std::vector<float> values(header_.values());
    HZ_TRY(read(0, values));
    return values;
}

Result<ModelWriter> ModelWriter::create(const std::filesystem::path& path, const ModelHeader& header) {
    if (header.tensors.empty() || header.tensors.size() > kMaxTensors)
        return fail(ErrorCode::kInvalidArgument, "a model needs 1 to 65536 tensors");
    HZ_ASSIGN(files::Descriptor file, files::open_file(path, O_WRONLY | O_CREAT | O_TRUNC));
    ModelWriter writer(path, std::move(file), header.values());
    const std::string json = to_json(header);
    const std::uint64_t length = json.size();
    HZ_TRY(writer.write({reinterpret_cast<const std::uint8_t*>(&length), kLengthBytes}));
    HZ_TRY(writer.write({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}));
    return writer;
}

ModelWriter::~ModelWriter() {
    if (file_.is_open()) ::unlink(path_.c_str());
}

Status ModelWriter::write(std::span<const std::uint8_t> bytes) {
    HZ_TRY(files::write_all(file_, bytes, path_));
    hash_.update(std::as_bytes(bytes));
    bytes_ += bytes.size();
    return {};
}

Status ModelWriter::append(std::span<const float> values) {
    if (values.size() > missing_)
        return fail(ErrorCode::kInvalidArgument, "more values than the header says");
    HZ_TRY(write(bytes_of(values)));
    missing_ -= values.size();
    return {};
}

Result<WrittenModel> ModelWriter::finish() {
    if (missing_ != 0) return fail(ErrorCode::kInvalidArgument, "fewer values than the header says");
    HZ_TRY(files::sync_file(file_, path_));
    const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    HZ_TRY(files::sync_folder(folder));
    file_.close();
    return WrittenModel{hash_.finish(), bytes_};
}

}  // namespace huizhen::model_file
