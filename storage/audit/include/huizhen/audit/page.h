#pragma once

// Some entries, for a person to read. A reading connection will do.

#include <vector>

#include <huizhen/audit/event.h>
#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>
#include <huizhen/database/connection.h>

namespace huizhen::audit {

struct Entry {
    std::int64_t number = 0;
    std::int64_t time_us = 0;  // since 1970, UTC
    Event event;               // `why` is empty where it was erased
    Sha256Digest hash{};
};

inline constexpr std::int64_t kMaxPage = 1000;

// At most `limit` entries (up to kMaxPage) after `after`, in order.
Result<std::vector<Entry>> read_page(database::Connection& connection, std::int64_t after,
                                     std::int64_t limit);

}  // namespace huizhen::audit
