#include "model_store.h"

namespace huizhen::coordinator {
namespace {

using database::Rows;

Result<ModelRecord> read_model(const Rows& rows) {
    ModelRecord model;
    HZ_ASSIGN(model.digest, rows.get<std::string>(0));
    HZ_ASSIGN(const auto bytes, rows.get<std::int64_t>(1));
    model.bytes = static_cast<std::uint64_t>(bytes);
    HZ_ASSIGN(model.task, rows.get<std::string>(2));
    HZ_ASSIGN(model.origin, rows.get<std::string>(3));
    HZ_ASSIGN(model.made_at, rows.get<std::int64_t>(4));
    return model;
}

Result<std::vector<ModelRecord>> read_all(Rows rows) {
    std::vector<ModelRecord> models;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return models;
        HZ_ASSIGN(ModelRecord model, read_model(rows));
        models.push_back(std::move(model));
    }
}

}  // namespace

Status ModelStore::add(const ModelRecord& model) {
    return connection_->run(
        "INSERT OR IGNORE INTO model (digest, bytes, task, origin, made_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        {std::string_view(model.digest), static_cast<std::int64_t>(model.bytes), std::string_view(model.task),
         std::string_view(model.origin), model.made_at});
}

Status ModelStore::forget(std::string_view digest) {
    return connection_->run("DELETE FROM model WHERE digest = ?1", {digest});
}

Result<std::optional<ModelRecord>> ModelStore::find(std::string_view digest) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT digest, bytes, task, origin, made_at FROM model WHERE digest = ?1",
                                 {digest}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<ModelRecord>();
    HZ_ASSIGN(ModelRecord model, read_model(rows));
    return std::optional<ModelRecord>(std::move(model));
}

Result<ModelRecord> ModelStore::resolve(std::string_view digest_prefix) const {
    const bool hexadecimal = digest_prefix.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (digest_prefix.size() < 4 || digest_prefix.size() > 64 || !hexadecimal)
        return fail(ErrorCode::kInvalidArgument,
                    "a model is named by 4 to 64 hexadecimal digits of its digest");
    HZ_ASSIGN(Rows rows, connection_->query("SELECT digest, bytes, task, origin, made_at FROM model "
                                            "WHERE substr(digest, 1, length(?1)) = ?1 LIMIT 2",
                                            {digest_prefix}));
    HZ_ASSIGN(auto models, read_all(std::move(rows)));
    if (models.empty())
        return fail(ErrorCode::kNotFound, "no-such-model: none begins with " + std::string(digest_prefix) +
                                              "; `huizhen-coordinator models list` shows all");
    if (models.size() > 1)
        return fail(ErrorCode::kInvalidArgument,
                    "ambiguous: several models begin with " + std::string(digest_prefix));
    return std::move(models.front());
}

Result<std::vector<ModelRecord>> ModelStore::all(std::string_view task) const {
    HZ_ASSIGN(Rows rows, connection_->query("SELECT digest, bytes, task, origin, made_at FROM model "
                                            "WHERE ?1 = '' OR task = ?1 ORDER BY made_at DESC, digest",
                                            {task}));
    return read_all(std::move(rows));
}

Status ModelStore::append_lineage(std::string_view task, std::string_view model, database::BlobView record,
                                  std::int64_t now) {
    return connection_->run("INSERT INTO lineage (task, model, record, made_at) VALUES (?1, ?2, ?3, ?4)",
                            {task, model, record, now});
}

Result<std::vector<database::Blob>> ModelStore::lineage(std::string_view task) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT record FROM lineage WHERE task = ?1 ORDER BY number", {task}));
    std::vector<database::Blob> records;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return records;
        HZ_ASSIGN(database::Blob record, rows.get<database::Blob>(0));
        records.push_back(std::move(record));
    }
}

}  // namespace huizhen::coordinator
