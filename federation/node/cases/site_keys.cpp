#include <huizhen/files/lock.h>
#include <huizhen/node/cases/site_keys.h>
#include <huizhen/vault/key_ring_file.h>

namespace huizhen::node {
namespace {

Status make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return fail(ErrorCode::kIo, "cannot make the folder " + folder.string() + ": " + error.message());
    }
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error)
        return fail(ErrorCode::kIo, "cannot close " + folder.string() + " to others: " + error.message());
    return {};
}

}  // namespace

Result<vault::KeyRing> open_site_keys(const std::filesystem::path& state, RandomSource& random) {
    const std::filesystem::path folder = state / "keys";
    const auto ring_file = folder / "ring", master_file = folder / "master-key";
    HZ_TRY(make_folder(folder));
    // Two programs that both find no keys must not make two.
    HZ_ASSIGN(const auto lock, files::ExclusiveLock::take(folder / "lock"));

    auto master = vault::find_master_key(vault::credentials_directory(), master_file);
    const bool ring_is_there = std::filesystem::exists(ring_file);
    if (!master) {
        if (master.error().code() != ErrorCode::kNotFound || ring_is_there) return fail(master.error());
        const auto fresh = vault::MasterKey::generate(random);
        HZ_TRY(vault::write_master_key(master_file, fresh));
        HZ_ASSIGN(master, vault::read_master_key(master_file));
    }
    if (!ring_is_there) {
        HZ_TRY(vault::create_key_ring(ring_file, vault::KeyRing::generate(random), *master, random));
    }
    return vault::read_key_ring(ring_file, *master);
}

}  // namespace huizhen::node
