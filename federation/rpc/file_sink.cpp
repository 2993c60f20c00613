#include "file_sink.h"

#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

namespace {

constexpr std::size_t kBlock = 1 << 20;

std::span<const std::byte> as_bytes(std::span<const std::uint8_t> bytes) { return std::as_bytes(bytes); }

// A sender learns that there is no space, not where.
Status named(const Status& status) {
    if (!status && status.error().message().starts_with("disk-full")) {
        return refuse(Refusal::kNoSpace, "the disk is full");
    }
    if (!status) {  // its folder's name is nobody's business, nor that it is not writable
        return fail(ErrorCode::kIo, "io: an object could not be written");
    }
    return status;
}

std::uint64_t size_of(const files::Descriptor& file) {
    struct stat info {};
    return ::fstat(file.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace

Result<std::unique_ptr<FileSink>> FileSink::open(std::shared_ptr<FileObjects::Impl> folder,
                                                 const Sha256Digest& digest, std::uint64_t size,
                                                 std::string_view owner) {
    const auto stem = folder->part_stem(digest, owner);
    {
        const std::lock_guard lock(folder->mutex);
        if (!folder->open_parts.insert(stem.string()).second) {
            return refuse(Refusal::kBusy, "this object is being written already");
        }
    }
    std::unique_ptr<FileSink> sink(new FileSink());  // from here on it gives the part back
    sink->folder_ = std::move(folder);
    sink->digest_ = digest;
    sink->size_ = size;
    sink->stem_ = stem;
    for (auto [file, ending] : {std::pair(&sink->part_, ".part"), std::pair(&sink->mark_, ".durable")}) {
        auto opened = files::open_file(stem.string() + ending, O_RDWR | O_CREAT);
        if (!opened) return fail(named(fail(opened.error())).error());
        *file = std::move(*opened);
    }
    HZ_TRY(sink->resume());
    return sink;
}

FileSink::~FileSink() {
    if (part_.is_open()) static_cast<void>(flush());
    const std::lock_guard lock(folder_->mutex);
    folder_->open_parts.erase(stem_.string());
}

Status FileSink::resume() {
    std::uint64_t marked = 0;
    const bool has_mark = ::pread(mark_.get(), &marked, sizeof marked, 0) == sizeof marked;
    const std::uint64_t there = size_of(part_);
    durable_ = has_mark ? std::min({marked, there, size_}) : 0;
    if (::ftruncate(part_.get(), static_cast<off_t>(durable_)) != 0) {
        return fail(ErrorCode::kIo, "io: an object could not be written");
    }
    folder_->used -= there - durable_;
    std::vector<std::uint8_t> block(std::min<std::uint64_t>(kBlock, durable_));
    while (written_ < durable_) {
        const auto want = std::min<std::uint64_t>(block.size(), durable_ - written_);
        const auto got = ::pread(part_.get(), block.data(), want, static_cast<off_t>(written_));
        if (got <= 0) return fail(ErrorCode::kIo, "io: half an object could not be read");
        hash_.update(as_bytes(std::span(block).first(static_cast<std::size_t>(got))));
        written_ += static_cast<std::uint64_t>(got);
    }
    if (::lseek(part_.get(), static_cast<off_t>(written_), SEEK_SET) < 0) {
        return fail(ErrorCode::kIo, "io: half an object could not be read");
    }
    return {};
}

Status FileSink::write(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > size_ - written_) return refuse(Refusal::kTooLarge, "more bytes than the object has");
    HZ_TRY(folder_->take_room(bytes.size()));
    const Status done = named(files::write_all(part_, bytes, stem_));
    if (!done) {
        broken_ = true;
        return done;
    }
    hash_.update(as_bytes(bytes));
    written_ += bytes.size();
    return {};
}

Status FileSink::flush() {
    if (broken_) return fail(ErrorCode::kIo, "io: an object could not be written");
    if (durable_ == written_) return {};
    broken_ = ::fdatasync(part_.get()) != 0 ||
              ::pwrite(mark_.get(), &written_, sizeof written_, 0) != sizeof written_ ||
              ::fdatasync(mark_.get()) != 0;
    if (broken_) return fail(ErrorCode::kIo, "io: an object could not be written");
    durable_ = written_;
    return {};
}

Status FileSink::commit() {
    if (broken_) return fail(ErrorCode::kIo, "io: an object could not be written");
    const bool whole = written_ == size_ && hash_.finish() == digest_;
    if (whole) {
        HZ_TRY(named(files::sync_file(part_, stem_)));
        const auto target = folder_->object_path(digest_);
        std::error_code failed;
        std::filesystem::create_directories(target.parent_path(), failed);
        if (!failed) std::filesystem::rename(stem_.string() + ".part", target, failed);
        if (failed) return fail(ErrorCode::kIo, "io: an object could not be written");
        HZ_TRY(named(files::sync_folder(target.parent_path())));
        durable_ = written_;
    } else {
        std::error_code ignored;
        std::filesystem::remove(stem_.string() + ".part", ignored);
        folder_->used -= written_;
    }
    part_.close();
    std::error_code ignored;
    std::filesystem::remove(stem_.string() + ".durable", ignored);
    if (!whole) return refuse(Refusal::kWrongDigest, "the bytes are not the object they were announced as");
    return {};
}

}  // namespace huizhen::rpc
