#include <unordered_set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/rpc/refusal.h>

#include "file_sink.h"

namespace huizhen::rpc {

namespace {

namespace fs = std::filesystem;

class FileSource final : public ObjectSource {
  public:
    FileSource(files::Descriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

    std::uint64_t size() const override { return size_; }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto got = ::pread(file_.get(), into.data() + done, into.size() - done,
                                     static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return fail(ErrorCode::kIo, "io: an object could not be read");
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

  private:
    files::Descriptor file_;
    std::uint64_t size_;
};

Result<std::uint64_t> bytes_under(const fs::path& folder) {
    std::error_code failed;
    std::uint64_t bytes = 0;
    for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        if (it->is_regular_file() && it->path().extension() != ".durable") bytes += it->file_size();
    }
    if (failed) return fail(ErrorCode::kIo, "cannot read " + folder.string() + ": " + failed.message());
    return bytes;
}

std::uint64_t bytes_of(const fs::path& path) {
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    return failed ? 0 : size;
}

}  // namespace

std::string owner_mark(std::string_view owner) {
    const Sha256Digest digest = sha256(std::as_bytes(std::span(owner)));
    return to_hex(std::span(digest).first(8));
}

fs::path FileObjects::Impl::object_path(const Sha256Digest& digest) const {
    const std::string name = to_hex(digest);
    return root / "objects" / name.substr(0, 2) / name;
}

fs::path FileObjects::Impl::part_stem(const Sha256Digest& digest, std::string_view owner) const {
    return root / "incoming" / (to_hex(digest) + "." + owner_mark(owner));
}

Status FileObjects::Impl::take_room(std::uint64_t bytes) {
    const std::uint64_t after = used += bytes;
    if (quota == 0 || after <= quota) return {};
    used -= bytes;
    return refuse(Refusal::kNoSpace, "the quota is used up");
}

FileObjects::FileObjects(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileObjects::~FileObjects() = default;

Result<std::unique_ptr<FileObjects>> FileObjects::open_folder(const fs::path& root,
                                                              std::uint64_t quota_bytes) {
    auto impl = std::make_shared<Impl>();
    impl->root = root;
    impl->quota = quota_bytes;
    for (const char* name : {"objects", "incoming"}) {
        std::error_code failed;
        fs::create_directories(root / name, failed);
        if (failed) {
            return fail(ErrorCode::kIo, "cannot make " + (root / name).string() + ": " + failed.message());
        }
    }
    fs::permissions(root, fs::perms::owner_all);
    HZ_ASSIGN(impl->used, bytes_under(root));
    return std::unique_ptr<FileObjects>(new FileObjects(std::move(impl)));
}

Result<std::unique_ptr<ObjectSource>> FileObjects::open(const Sha256Digest& digest) {
    auto file = files::open_file(impl_->object_path(digest), O_RDONLY);
    if (!file && file.error().code() == ErrorCode::kNotFound)
        return fail(ErrorCode::kNotFound, "no-such-object: " + to_hex(digest));
    struct stat info {};
    if (!file || ::fstat(file->get(), &info) != 0)
        return fail(ErrorCode::kIo, "io: an object could not be opened");
    return std::make_unique<FileSource>(std::move(*file), static_cast<std::uint64_t>(info.st_size));
}

bool FileObjects::contains(const Sha256Digest& digest) {
    std::error_code ignored;
    return fs::exists(impl_->object_path(digest), ignored);
}

Result<std::uint64_t> FileObjects::durable(const Sha256Digest& digest, std::string_view owner) {
    if (contains(digest)) return bytes_of(impl_->object_path(digest));
    const std::string stem = impl_->part_stem(digest, owner).string();
    const auto mark = files::open_file(stem + ".durable", O_RDONLY);
    std::uint64_t marked = 0;
    if (!mark || ::pread(mark->get(), &marked, sizeof marked, 0) != sizeof marked) return 0;
    return std::min(marked, bytes_of(stem + ".part"));
}

Result<std::unique_ptr<ObjectSink>> FileObjects::receive(const Sha256Digest& digest, std::uint64_t size,
                                                         std::string_view owner) {
    HZ_ASSIGN(const std::uint64_t there, durable(digest, owner));
    const std::uint64_t missing = size > there ? size - there : 0;
    std::error_code failed;
    const auto space = fs::space(impl_->root, failed);
    if (!failed && space.available < missing) return refuse(Refusal::kNoSpace, "the disk is too small");
    if (impl_->quota != 0 && impl_->used + missing > impl_->quota) {
        return refuse(Refusal::kNoSpace, "the quota is too small");
    }
    return FileSink::open(impl_, digest, size, owner);
}

Result<Sha256Digest> FileObjects::add(std::span<const std::uint8_t> bytes) {
    const Sha256Digest digest = sha256(std::as_bytes(bytes));
    if (contains(digest)) return digest;
    HZ_ASSIGN(const auto sink, receive(digest, bytes.size(), ""));
    if (sink->durable() < bytes.size()) HZ_TRY(sink->write(bytes.subspan(sink->durable())));
    HZ_TRY(sink->commit());
    return digest;
}

Status FileObjects::add(std::span<const std::uint8_t> bytes, const Sha256Digest& digest) {
    if (contains(digest)) return {};
    const auto path = fs::path(impl_->part_stem(digest, "").string() + ".whole");
    HZ_ASSIGN(const auto file, files::open_file(path, O_WRONLY | O_CREAT | O_TRUNC));
    Status done = files::write_all(file, bytes, path);
    if (done) done = take_over(path, digest);
    std::error_code ignored;
    if (!done) fs::remove(path, ignored);
    return done;
}

Status FileObjects::take_over(const fs::path& path, const Sha256Digest& digest) {
    std::error_code failed;
    if (contains(digest)) {
        fs::remove(path, failed);
        return {};
    }
    {
        HZ_ASSIGN(const auto file, files::open_file(path, O_RDONLY));
        HZ_TRY(files::sync_file(file, path));
    }
    const std::uint64_t size = bytes_of(path);
    HZ_TRY(impl_->take_room(size));
    const auto target = impl_->object_path(digest);
    fs::create_directories(target.parent_path(), failed);
    if (!failed) fs::rename(path, target, failed);
    if (failed) {
        impl_->used -= size;
        return fail(ErrorCode::kIo, "io: cannot take over " + path.string() + ": " + failed.message());
    }
    return files::sync_folder(target.parent_path());
}

Status FileObjects::keep_only(std::span<const Sha256Digest> known) {
    std::unordered_set<std::string> names;
    for (const Sha256Digest& digest : known) names.insert(to_hex(digest));
    std::vector<fs::path> left;
    std::error_code failed;
    for (const char* part : {"objects", "incoming"}) {
        for (fs::recursive_directory_iterator it(impl_->root / part, failed), end; !failed && it != end;
             it.increment(failed)) {
            // Halves are named after their object, too.
            const std::string name = it->path().filename().string().substr(0, 2 * Sha256Digest().size());
            if (it->is_regular_file() && !names.contains(name)) left.push_back(it->path());
        }
        if (failed) return fail(ErrorCode::kIo, "cannot read the objects' folder: " + failed.message());
    }
    for (const fs::path& path : left) {
        const auto size = path.extension() == ".durable" ? 0 : bytes_of(path);
        if (fs::remove(path, failed)) impl_->used -= size;
        if (failed) return fail(ErrorCode::kIo, "cannot remove " + path.string() + ": " + failed.message());
    }
    return {};
}

fs::path FileObjects::path_of(const Sha256Digest& digest) const { return impl_->object_path(digest); }

Status FileObjects::remove(const Sha256Digest& digest) {
    const auto path = impl_->object_path(digest);
    const auto size = bytes_of(path);
    std::error_code failed;
    if (fs::remove(path, failed)) impl_->used -= size;
    if (failed) return fail(ErrorCode::kIo, "cannot remove " + path.string() + ": " + failed.message());
    return {};
}

Status FileObjects::remove_parts(std::string_view owner) {
    const std::string mark = "." + owner_mark(owner);
    const std::lock_guard lock(impl_->mutex);
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(impl_->root / "incoming", failed)) {
        const auto stem = entry.path().parent_path() / entry.path().stem();
        if (!owner.empty() && !stem.string().ends_with(mark)) continue;
        if (impl_->open_parts.contains(stem.string())) continue;
        const auto size = entry.path().extension() == ".durable" ? 0 : bytes_of(entry.path());
        if (fs::remove(entry.path(), failed)) impl_->used -= size;
    }
    if (failed) return fail(ErrorCode::kIo, "cannot remove half objects: " + failed.message());
    return {};
}

std::uint64_t FileObjects::used_bytes() const { return impl_->used; }

}  // namespace huizhen::rpc
