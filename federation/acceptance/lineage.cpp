#include <huizhen/acceptance/lineage.h>

namespace huizhen::acceptance {

namespace {

constexpr std::pair<ModelState, std::string_view> kNames[] = {{ModelState::kCandidate, "candidate"},
                                                              {ModelState::kShadow, "shadow"},
                                                              {ModelState::kCurrent, "current"},
                                                              {ModelState::kRetired, "retired"},
                                                              {ModelState::kRejected, "rejected"}};

tl::unexpected<Error> broken(std::uint64_t number, const std::string& what) {
    return fail(ErrorCode::kIntegrity, "lineage record " + std::to_string(number) + ": " + what);
}

bool is_zero(const Sha256Digest& digest) { return digest == Sha256Digest{}; }

Override override_of(const RecordedOverride& recorded) {
    return {recorded.person, recorded.reason, recorded.accept};
}

// Whether the record says who or what decided, and decided what its event is.
Status check_decision(const LineageRecord& record) {
    const auto refused = [&](const std::string& what) {
        return fail(ErrorCode::kInvalidArgument,
                    "a model cannot be " + std::string(event_name(record.event)) + ": " + what);
    };
    if (record.override_by) HZ_TRY(check(override_of(*record.override_by)));
    if (record.event == Event::kRolledBack && (!record.override_by || !record.override_by->accept)) {
        return refused("it needs the name of who takes it back, and why");
    }
    if (record.event != Event::kAccepted && record.event != Event::kRejected) return {};
    if (!record.verdict && !record.override_by) return refused("there is neither a verdict nor a person");
    const bool accepts = record.override_by ? record.override_by->accept : record.verdict->accepted;
    if (accepts != (record.event == Event::kAccepted)) {
        return refused("the verdict, or who overrides it, says otherwise");
    }
    return {};
}

}  // namespace

std::string_view state_name(ModelState state) {
    for (const auto& [known, name] : kNames) {
        if (known == state) return name;
    }
    return "unknown";
}

Result<Lineage> Lineage::verify(std::span<const secagg::Bytes> records, const secagg::Directory& directory) {
    Lineage lineage;
    for (const secagg::Bytes& record : records) HZ_TRY(lineage.append(record, directory));
    return lineage;
}

Status Lineage::allows(const LineageRecord& record) const {
    if (record.number != records_.size()) return broken(records_.size(), "is missing or out of order");
    if (record.previous != head()) return broken(record.number, "does not follow the one before it");
    const std::optional<ModelState> state = state_of(record.model);
    const auto refused = [&](const std::string& what) {
        return fail(ErrorCode::kInvalidArgument,
                    "model " + to_hex(record.model).substr(0, 12) + " cannot become " +
                        std::string(event_name(record.event)) + ": it is " + what);
    };
    if (is_zero(record.model)) return refused("no model");
    if (record.event == Event::kCandidate) {
        if (state) return refused("already known");
        if (!is_zero(record.parent) && !state_of(record.parent)) {
            return refused("trained from a model that is not in this lineage");
        }
        if (is_zero(record.parent) && !records_.empty() && record.last_round > 0) {
            return refused("out of rounds, so it has a parent");
        }
        return check_decision(record);
    }
    if (!state) return refused("not in this lineage");
    const bool fresh = *state == ModelState::kCandidate || *state == ModelState::kShadow;
    const bool fits = record.event == Event::kRolledBack ? *state == ModelState::kRetired
                      : record.event == Event::kShadow   ? *state == ModelState::kCandidate
                                                         : fresh;
    if (!fits) return refused(std::string(state_name(*state)));
    return check_decision(record);
}

Status Lineage::append(secagg::BytesView bytes, const secagg::Directory& directory) {
    auto record = read_record(bytes, directory);
    if (!record) {
        return fail(record.error().within("lineage record " + std::to_string(records_.size())));
    }
    HZ_TRY(allows(*record));
    switch (record->event) {
        case Event::kCandidate: states_[record->model] = ModelState::kCandidate; break;
        case Event::kShadow: states_[record->model] = ModelState::kShadow; break;
        case Event::kRejected: states_[record->model] = ModelState::kRejected; break;
        case Event::kAccepted:
        case Event::kRolledBack:
            if (current_) states_[*current_] = ModelState::kRetired;
            states_[record->model] = ModelState::kCurrent;
            current_ = record->model;
            break;
    }
    digests_.push_back(digest_of_record(bytes));
    records_.push_back(std::move(*record));
    return {};
}

LineageRecord Lineage::next(Event event, const Sha256Digest& model) const {
    LineageRecord record;
    record.number = records_.size();
    record.previous = head();
    record.event = event;
    record.model = model;
    for (const LineageRecord& known : records_) {
        if (known.event == Event::kCandidate && known.model == model) record.parent = known.parent;
    }
    return record;
}

bool Lineage::contains(std::uint64_t number, const Sha256Digest& head) const {
    if (number == 0) return true;
    return number <= digests_.size() && digests_[number - 1] == head;
}

std::optional<ModelState> Lineage::state_of(const Sha256Digest& model) const {
    const auto found = states_.find(model);
    if (found == states_.end()) return std::nullopt;
    return found->second;
}

std::optional<Sha256Digest> Lineage::shadow() const {
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        if (record->event == Event::kShadow && state_of(record->model) == ModelState::kShadow) {
            return record->model;
        }
    }
    return std::nullopt;
}

std::vector<Sha256Digest> Lineage::once_current() const {
    std::vector<Sha256Digest> models;
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        const bool became = record->event == Event::kAccepted || record->event == Event::kRolledBack;
        if (became && std::find(models.begin(), models.end(), record->model) == models.end()) {
            models.push_back(record->model);
        }
    }
    return models;
}

std::optional<Sha256Digest> Lineage::former() const {
    for (const Sha256Digest& model : once_current()) {
        if (model != current_) return model;
    }
    return std::nullopt;
}

}  // namespace huizhen::acceptance
