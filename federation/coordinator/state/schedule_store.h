#pragma once

// Patterns of plans that come again. The loop's thread alone.

#include <optional>
#include <string>
#include <vector>

#include <huizhen/database/connection.h>
#include <huizhen/database/value.h>

namespace huizhen::coordinator {

struct ScheduleRecord {
    std::string id;
    database::Blob definition;
    std::int64_t since = 0;                  // s; earlier runs are not owed
    std::optional<std::int64_t> last_start;  // s
};

class ScheduleStore {
  public:
    explicit ScheduleStore(database::Connection& connection) : connection_(&connection) {}

    Status put(const ScheduleRecord& schedule);
    Status remove(std::string_view id);
    Status started(std::string_view id, std::int64_t at);
    Result<std::vector<ScheduleRecord>> all() const;  // by id

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::coordinator
