#include "state/objects.h"

#include <huizhen/base/logging.h>

namespace huizhen::coordinator {

void remove_objects(rpc::FileObjects& objects, const std::set<Sha256Digest>& digests) {
    for (const Sha256Digest& digest : digests) {
        if (!objects.contains(digest)) continue;
        if (const Status removed = objects.remove(digest); !removed)
            log::warning("object-not-removed", {{"why", removed.error().message()}});
    }
}

}  // namespace huizhen::coordinator
