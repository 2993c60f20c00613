#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/base/sha256.h>

#include "codec.h"
#include "store_impl.h"

namespace huizhen::objects {

namespace {

constexpr std::string_view kFormat = "huizhen-objects ";

tl::unexpected<Error> folder_failure(const std::error_code& error, const std::filesystem::path& path) {
    return fail(files::system_error(error.value(), "cannot make or list", path));
}

Status make_folder(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::create_directory(path, error)) {
        std::filesystem::permissions(path, std::filesystem::perms(0700), error);
    }
    if (error) return folder_failure(error, path);
    return {};
}

Status make_folders(const std::filesystem::path& root) {
    const auto objects = root / "objects";
    HZ_TRY(make_folder(root / "incoming"));
    HZ_TRY(make_folder(objects));
    for (unsigned shard = 0; shard < 256; ++shard) {
        const std::uint8_t byte = static_cast<std::uint8_t>(shard);
        HZ_TRY(make_folder(objects / to_hex({&byte, 1})));
    }
    HZ_TRY(files::sync_folder(objects));
    return files::sync_folder(root);
}

// Of what a crash left half written.
Status empty_incoming(const std::filesystem::path& root) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(root / "incoming", error), end; !error && at != end;
         at.increment(error)) {
        std::filesystem::remove(at->path(), error);
    }
    if (error) return folder_failure(error, root / "incoming");
    return {};
}

Status check_or_write_format(const std::filesystem::path& root, const vault::KeyId& key) {
    const auto path = root / "format";
    const std::string ours = std::string(kFormat) + "1 " + to_hex(key) + "\n";
    const auto bytes = read_file(path, 256);
    if (!bytes && bytes.error().code() != ErrorCode::kNotFound) return fail(bytes.error());
    if (!bytes) {
        HZ_TRY(make_folders(root));
        HZ_TRY(files::sync_folder(root.has_parent_path() ? root.parent_path() : "."));
        return write_file_atomically(path, ours);
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (text == ours) return {};
    if (text.starts_with(std::string(kFormat) + "1 ")) {
        return fail(ErrorCode::kPermissionDenied,
                    "wrong-key-ring: " + root.string() + " was filled under another key ring");
    }
    if (text.starts_with(kFormat)) {
        return fail(ErrorCode::kUnsupported, "store-too-new: " + root.string() +
                                                 " has a newer format; install the program that wrote it");
    }
    return fail(ErrorCode::kMalformedInput, "not-a-store: " + path.string() + " does not say so");
}

}  // namespace

bool is_object_name(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& root, const vault::KeyRing& ring,
                                           RandomSource& random) {
    HZ_TRY(make_folder(root));
    HZ_ASSIGN(files::ExclusiveLock lock, files::ExclusiveLock::take(root / "lock"));
    vault::Key name_key = ring.derive("object names");
    HZ_TRY(check_or_write_format(root, vault::key_id_of(name_key)));
    HZ_TRY(empty_incoming(root));
    return std::unique_ptr<Store>(
        new Store(std::make_unique<Impl>(Impl{root, std::move(lock), &ring, &random, std::move(name_key)})));
}

Result<ObjectName> Store::put(BytesView bytes, Compression compression) {
    HZ_ASSIGN(Writer writer, begin(compression));
    HZ_TRY(writer.write(bytes));
    return writer.commit();
}

Status Store::Impl::place(const std::filesystem::path& part, const ObjectName& name) const {
    const auto path = path_of(name);
    // Over an object of that name too: it is the same, or damaged and healed by this.
    if (::rename(part.c_str(), path.c_str()) != 0)
        return fail(files::system_error(errno, "cannot make", path));
    return files::sync_folder(path.parent_path());
}

Result<vault::Bytes> Store::get(const ObjectName& name, std::size_t max_bytes) const {
    HZ_ASSIGN(Reader reader, read(name));
    Bytes all;
    while (true) {
        HZ_ASSIGN(const BytesView part, reader.next());
        if (part.empty()) return all;
        if (part.size() > max_bytes - all.size()) {
            return fail(ErrorCode::kLimitExceeded, "object-too-long: " + name.str() + " has more than " +
                                                       std::to_string(max_bytes) + " bytes");
        }
        all.insert(all.end(), part.begin(), part.end());
    }
}

bool Store::contains(const ObjectName& name) const {
    return is_object_name(name.str()) && ::access(impl_->path_of(name).c_str(), F_OK) == 0;
}

Status Store::remove(const ObjectName& name) {
    if (!is_object_name(name.str()))
        return fail(ErrorCode::kNotFound, "no-such-object: that is not the name of one");
    const auto path = impl_->path_of(name);
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return fail(ErrorCode::kNotFound, "no-such-object: " + name.str());
        return fail(files::system_error(errno, "cannot remove", path));
    }
    return files::sync_folder(path.parent_path());
}

Status Store::for_each(const std::function<Status(const ObjectName&)>& visit) const {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::directory_iterator shard(impl_->root / "objects", error), end; !error && shard != end;
         shard.increment(error)) {
        for (fs::directory_iterator file(shard->path(), error); !error && file != end;
             file.increment(error)) {
            const std::string name = shard->path().filename().string() + file->path().filename().string();
            if (is_object_name(name)) HZ_TRY(visit(ObjectName(name)));
        }
        if (error) break;
    }
    if (error) return folder_failure(error, impl_->root / "objects");
    return {};
}

Result<Store::Verdict> Store::verify_all(ProgressSink& progress, const std::stop_token& stop) const {
    Verdict verdict;
    const auto verify = [&](const ObjectName& name) -> Status {
        HZ_TRY(check_stop(stop));
        HZ_ASSIGN(Reader reader, read(name));
        while (true) {
            HZ_ASSIGN(const BytesView part, reader.next());
            if (part.empty()) return {};
        }
    };
    HZ_TRY(for_each([&](const ObjectName& name) -> Status {
        const Status read = verify(name);
        if (read) {
            ++verdict.whole;
        } else if (const ErrorCode code = read.error().code();
                   // Damage may also look like a newer format or another key.
                   code == ErrorCode::kIntegrity || code == ErrorCode::kUnsupported ||
                   code == ErrorCode::kPermissionDenied) {
            verdict.damaged.push_back(name);
        } else {
            return read;
        }
        progress.advance("verify", verdict.whole + verdict.damaged.size(), 0);
        return {};
    }));
    return verdict;
}

}  // namespace huizhen::objects
