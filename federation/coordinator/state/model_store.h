#pragma once

// Which models there are, and the signed lineage that says what became of each. The loop's thread alone.

#include <optional>
#include <string>
#include <vector>

#include <huizhen/database/connection.h>
#include <huizhen/database/value.h>

namespace huizhen::coordinator {

struct ModelRecord {
    std::string digest;  // hexadecimal
    std::uint64_t bytes = 0;
    std::string task;
    std::string origin;        // "initial 1", "plan lungs-2026-11 iteration 3", "imported"
    std::int64_t made_at = 0;  // ms
};

class ModelStore {
  public:
    explicit ModelStore(database::Connection& connection) : connection_(&connection) {}

    Status add(const ModelRecord& model);  // known already: nothing changes
    Status forget(std::string_view digest);
    Result<std::optional<ModelRecord>> find(std::string_view digest) const;
    // kNotFound, "no-such-model"; kInvalidArgument, "ambiguous".
    Result<ModelRecord> resolve(std::string_view digest_prefix) const;
    Result<std::vector<ModelRecord>> all(std::string_view task) const;  // newest first; empty: every task

    Status append_lineage(std::string_view task, std::string_view model, database::BlobView record,
                          std::int64_t now);
    Result<std::vector<database::Blob>> lineage(std::string_view task) const;  // oldest first

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::coordinator
