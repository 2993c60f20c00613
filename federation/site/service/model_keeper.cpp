#include "model_keeper.h"

#include <huizhen/base/logging.h>

namespace huizhen::site {
namespace {

// Whatever name signs: there is one key, the one that was first shown.
class OneKey final : public secagg::Directory {
  public:
    explicit OneKey(const identity::PublicKey& key) : key_(key) {}
    Status verify(const secagg::SiteId& signer, secagg::BytesView message,
                  secagg::BytesView signature) const override {
        return secagg::Ed25519Directory({{signer, key_}}).verify(signer, message, signature);
    }

  private:
    identity::PublicKey key_;
};

secagg::BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<identity::PublicKey> read_key(std::string_view text) {
    identity::PublicKey key{};
    if (text.size() != key.size())
        return fail(ErrorCode::kMalformedInput, "lineage-malformed: its public key is not 32 bytes long");
    std::ranges::copy(bytes_of(text), key.begin());
    return key;
}

}  // namespace

Status ModelKeeper::restore() {
    HZ_ASSIGN(const auto key, store_.lineage_key());
    if (!key) return {};
    HZ_ASSIGN(const auto models, store_.all());
    for (const TaskModel& model : models) {
        HZ_ASSIGN(const auto records, store_.lineage(model.task));
        HZ_ASSIGN(auto lineage, acceptance::Lineage::verify(records, OneKey(*key)));
        lineages_.insert_or_assign(model.task, std::move(lineage));
    }
    return {};
}

std::uint64_t ModelKeeper::records(const std::string& task) const {
    const auto found = lineages_.find(task);
    return found == lineages_.end() ? 0 : found->second.records().size();
}

Status ModelKeeper::take(const std::string& task, const rpc::LineagePage& page) {
    if (page.records.empty()) return {};
    HZ_ASSIGN(const identity::PublicKey key, read_key(page.public_key));
    HZ_ASSIGN(const auto pinned, store_.lineage_key());
    if (pinned && *pinned != key) {
        return fail(
            ErrorCode::kIntegrity,
            "lineage-key-changed: another key signs the lineage than when this site first saw it; ask the "
            "coordinator by telephone");
    }
    acceptance::Lineage lineage = lineages_[task];
    auto number = static_cast<std::int64_t>(lineage.records().size());
    for (const std::string& record : page.records) HZ_TRY(lineage.append(bytes_of(record), OneKey(key)));
    if (!pinned) HZ_TRY(store_.set_lineage_key(key));
    for (const std::string& record : page.records)
        HZ_TRY(store_.append_lineage(task, number++, bytes_of(record)));
    lineages_[task] = std::move(lineage);
    return decide(task);
}

Status ModelKeeper::decide(const std::string& task) {
    HZ_ASSIGN(TaskModel model, store_.find(task));
    return decide(std::move(model));
}

Status ModelKeeper::decide(TaskModel model) {
    const auto choice = acceptance::choose_model(model.policy(), lineages_[model.task]);
    std::optional<Sha256Digest> wish = choice.runs;
    model.reason = choice.reason;
    if (wish && new_models_ == NewModels::kAsk && !model.pinned && wish != model.runs) {
        model.reason = "model " + to_hex(*wish) + " is accepted and waits for a person here to pin it";
        wish = model.runs;
    }
    model.wanted.reset();
    if (wish != model.runs) {
        if (wish) {
            model.wanted = wish;
        } else {
            model.former = std::exchange(model.runs, std::nullopt);
        }
    }
    model.changed_at = wall_now(clock_);
    return store_.set(model);
}

Status ModelKeeper::pin(const std::string& task, const Sha256Digest& model) {
    HZ_ASSIGN(TaskModel entry, store_.find(task));
    const auto state = lineages_[task].state_of(model);
    if (!state || *state == acceptance::ModelState::kRejected) {
        return fail(ErrorCode::kNotFound,
                    "no-such-model: the lineage of " + task +
                        " holds no model of this name that may run; see `huizhen-node federation "
                        "models`");
    }
    entry.pinned = model;
    entry.refused.erase(model);
    return decide(std::move(entry));
}

Status ModelKeeper::refuse(const std::string& task, const Sha256Digest& model) {
    HZ_ASSIGN(TaskModel entry, store_.find(task));
    entry.refused.insert(model);
    if (entry.pinned == model) entry.pinned.reset();
    return decide(std::move(entry));
}

Status ModelKeeper::unpin(const std::string& task) {
    HZ_ASSIGN(TaskModel entry, store_.find(task));
    entry.pinned.reset();
    entry.refused.clear();
    return decide(std::move(entry));
}

Result<std::vector<std::pair<std::string, Sha256Digest>>> ModelKeeper::wanted() const {
    HZ_ASSIGN(const auto models, store_.all());
    std::vector<std::pair<std::string, Sha256Digest>> wanted;
    for (const TaskModel& model : models)
        if (model.wanted) wanted.emplace_back(model.task, *model.wanted);
    return wanted;
}

Status ModelKeeper::arrived(const std::string& task, const Sha256Digest& model) {
    HZ_ASSIGN(TaskModel entry, store_.find(task));
    if (entry.wanted != model) return {};
    entry.former = entry.runs;
    entry.runs = model;
    entry.wanted.reset();
    entry.changed_at = wall_now(clock_);
    log::info("model-runs", {{"task", task}, {"model", to_hex(model)}, {"why", entry.reason}});
    return store_.set(entry);
}

}  // namespace huizhen::site
