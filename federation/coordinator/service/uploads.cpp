#include "uploads.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/files/descriptor.h>

namespace huizhen::coordinator {

Status Uploads::with_words(const rounds::ObjectRef& object,
                           const std::function<Status(std::span<const std::uint32_t>)>& use) const {
    if (!objects_.contains(object.digest))
        return fail(ErrorCode::kNotFound, "not-here: the update has not come, or not all of it");
    const std::filesystem::path path = objects_.path_of(object.digest);
    HZ_ASSIGN(const files::Descriptor file, files::open_file(path, O_RDONLY));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail(files::system_error(errno, "read", path));
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size != object.bytes || size == 0 || size % sizeof(std::uint32_t) != 0)
        return fail(ErrorCode::kMalformedInput, "wrong-length: the update is not as long as was said");
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapped == MAP_FAILED) return fail(files::system_error(errno, "map", path));
    ::madvise(mapped, size, MADV_SEQUENTIAL);
    const Status used = use({static_cast<const std::uint32_t*>(mapped), size / sizeof(std::uint32_t)});
    ::munmap(mapped, size);
    return used;
}

void Uploads::let_go(std::span<const std::uint32_t> part) const {
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<std::uintptr_t>(part.data());
    const std::uintptr_t begin = (first + page - 1) / page * page, end = first + part.size_bytes();
    // They stay in the kernel's cache. A failure costs memory and nothing else.
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace huizhen::coordinator
