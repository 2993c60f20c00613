#pragma once

#include <huizhen/files/lock.h>
#include <huizhen/objects/store.h>
#include <huizhen/vault/keyed_hash.h>

namespace huizhen::objects {

inline constexpr std::string_view kObjectContext = "huizhen object 1";

struct Store::Impl {
    std::filesystem::path path_of(const ObjectName& name) const {
        return root / "objects" / name.str().substr(0, 2) / name.str().substr(2);
    }
    // Moves a flushed file to its name; see Writer::commit().
    Status place(const std::filesystem::path& part, const ObjectName& name) const;

    std::filesystem::path root;
    files::ExclusiveLock lock;
    const vault::KeyRing* ring;
    RandomSource* random;
    vault::Key name_key;
};

bool is_object_name(std::string_view text);

}  // namespace huizhen::objects
