#include "model_store.h"

namespace huizhen::site {
namespace {

using database::Rows;
using database::Value;

Value value_of(const std::optional<Sha256Digest>& digest) {
    return digest ? Value(BlobView(*digest)) : Value();
}

Result<std::optional<Sha256Digest>> optional_digest(const Rows& rows, int column) {
    HZ_ASSIGN(const auto blob, rows.get<std::optional<Blob>>(column));
    if (!blob) return std::optional<Sha256Digest>();
    HZ_ASSIGN(const Sha256Digest digest, to_digest(*blob));
    return std::optional(digest);
}

Result<TaskModel> read_model(const Rows& rows) {
    TaskModel model;
    HZ_ASSIGN(model.task, rows.get<std::string>(0));
    HZ_ASSIGN(model.runs, optional_digest(rows, 1));
    HZ_ASSIGN(model.former, optional_digest(rows, 2));
    HZ_ASSIGN(model.wanted, optional_digest(rows, 3));
    HZ_ASSIGN(model.pinned, optional_digest(rows, 4));
    HZ_ASSIGN(model.reason, rows.get<std::string>(5));
    HZ_ASSIGN(const auto changed, rows.get<std::int64_t>(6));
    model.changed_at = from_milliseconds(changed);
    return model;
}

Result<std::set<Sha256Digest>> read_refused(database::Connection& connection, std::string_view task) {
    HZ_ASSIGN(Rows rows, connection.query("SELECT digest FROM refused_model WHERE task = ?1", {task}));
    std::set<Sha256Digest> refused;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return refused;
        HZ_ASSIGN(const auto blob, rows.get<Blob>(0));
        HZ_ASSIGN(const Sha256Digest digest, to_digest(blob));
        refused.insert(digest);
    }
}

}  // namespace

Result<TaskModel> ModelStore::find(std::string_view task) const {
    TaskModel model;
    {
        HZ_ASSIGN(Rows rows,
                  connection_->query("SELECT task, runs, former, wanted, pinned, reason, changed_at "
                                     "FROM task_model WHERE task = ?1",
                                     {task}));
        HZ_ASSIGN(const bool found, rows.next());
        if (found) {
            HZ_ASSIGN(model, read_model(rows));
        }
    }
    model.task = task;
    HZ_ASSIGN(model.refused, read_refused(*connection_, task));
    return model;
}

Result<std::vector<TaskModel>> ModelStore::all() const {
    std::vector<TaskModel> all;
    {
        HZ_ASSIGN(Rows rows,
                  connection_->query("SELECT task, runs, former, wanted, pinned, reason, changed_at "
                                     "FROM task_model ORDER BY task"));
        for (;;) {
            HZ_ASSIGN(const bool more, rows.next());
            if (!more) break;
            HZ_ASSIGN(TaskModel model, read_model(rows));
            all.push_back(std::move(model));
        }
    }
    for (TaskModel& model : all) {
        HZ_ASSIGN(model.refused, read_refused(*connection_, model.task));
    }
    return all;
}

Status ModelStore::set(const TaskModel& model) {
    HZ_TRY(connection_->run(
        "INSERT OR REPLACE INTO task_model (task, runs, former, wanted, pinned, reason, changed_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        {std::string_view(model.task), value_of(model.runs), value_of(model.former), value_of(model.wanted),
         value_of(model.pinned), std::string_view(model.reason), to_milliseconds(model.changed_at)}));
    HZ_TRY(connection_->run("DELETE FROM refused_model WHERE task = ?1", {std::string_view(model.task)}));
    for (const Sha256Digest& digest : model.refused) {
        HZ_TRY(connection_->run("INSERT INTO refused_model (task, digest) VALUES (?1, ?2)",
                                {std::string_view(model.task), BlobView(digest)}));
    }
    return {};
}

Result<std::optional<identity::PublicKey>> ModelStore::lineage_key() const {
    HZ_ASSIGN(const auto blob, connection_->value<Blob>("SELECT public_key FROM lineage_key"));
    if (!blob) return std::optional<identity::PublicKey>();
    identity::PublicKey key{};
    if (blob->size() != key.size())
        return fail(ErrorCode::kIntegrity, "database-damaged: a public key of another length");
    std::ranges::copy(*blob, key.begin());
    return std::optional(key);
}

Status ModelStore::set_lineage_key(const identity::PublicKey& key) {
    return connection_->run("INSERT OR REPLACE INTO lineage_key (only_one, public_key) VALUES (1, ?1)",
                            {BlobView(key)});
}

Result<std::vector<Blob>> ModelStore::lineage(std::string_view task) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT record FROM lineage WHERE task = ?1 ORDER BY number", {task}));
    std::vector<Blob> records;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return records;
        HZ_ASSIGN(Blob record, rows.get<Blob>(0));
        records.push_back(std::move(record));
    }
}

Status ModelStore::append_lineage(std::string_view task, std::int64_t number, BlobView record) {
    return connection_->run("INSERT INTO lineage (task, number, record) VALUES (?1, ?2, ?3)",
                            {task, number, record});
}

}  // namespace huizhen::site
