#pragma once

// Clearing up in the object store.

#include <set>

#include <huizhen/rpc/file_objects.h>

namespace huizhen::coordinator {

// Those that are there. One that cannot be removed is logged and stays: it takes room and does no harm.
void remove_objects(rpc::FileObjects& objects, const std::set<Sha256Digest>& digests);

}  // namespace huizhen::coordinator
