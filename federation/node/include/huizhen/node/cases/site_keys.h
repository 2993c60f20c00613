#pragma once

// The keys of a node's data folder: the master key (systemd's credential, or DIR/keys/master-key), and the
// ring it opens (DIR/keys/ring), under which everything else in the folder is sealed.

#include <filesystem>

#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/vault/key_ring.h>

namespace huizhen::node {

// Makes keys and folder where there are none yet; goes on where a crash left half of it. kPermissionDenied,
// kIntegrity and others as read_master_key() and read_key_ring(). kNotFound: the ring is there and its master
// key is not.
Result<vault::KeyRing> open_site_keys(const std::filesystem::path& state, RandomSource& random);

}  // namespace huizhen::node
