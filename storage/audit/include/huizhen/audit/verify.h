#pragma once

// Whether the chain is whole; reads all of it, changes nothing. A reading connection will do.

#include <huizhen/audit/event.h>
#include <huizhen/audit/signature.h>
#include <huizhen/base/progress.h>
#include <huizhen/base/sha256.h>
#include <huizhen/database/connection.h>

namespace huizhen::audit {

struct Head {
    std::int64_t number = 0;  // of the last entry
    Sha256Digest hash{};
    Signature signature{};
};

// Nothing where no entry was written yet.
Result<std::optional<Head>> read_head(database::Connection& connection);

struct Broken {
    std::int64_t number = 0;  // the first entry that is not as it was written
    std::string why;
};

struct Verdict {
    std::int64_t entries = 0;  // that were read and found whole
    std::int64_t erased_reasons = 0;
    std::optional<Broken> broken;
};

// `known`: a head that was kept elsewhere (printed, forwarded): it must be in the chain, or entries were
// taken back.
Result<Verdict> verify(database::Connection& connection, const PublicKey& key,
                       const std::optional<Head>& known = std::nullopt,
                       ProgressSink& progress = silent_progress(), const std::stop_token& stop = {});

}  // namespace huizhen::audit
