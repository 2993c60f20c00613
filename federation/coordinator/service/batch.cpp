#include "service/batch.h"

namespace huizhen::coordinator {

Batch::Outcome Batch::whole_or_nothing(database::Connection& connection,
                                       const std::function<Status()>& part) {
    if (Status began = connection.run("SAVEPOINT part"); !began) return {std::move(began), {}};
    const std::size_t said = after_commit_.size(), made = on_undo_.size();
    Outcome outcome{part(), {}};
    if (!outcome.part) {
        outcome.kept = connection.run("ROLLBACK TO part");
        after_commit_.resize(said);
        for (; on_undo_.size() > made; on_undo_.pop_back()) on_undo_.back()();
    }
    const Status released = connection.run("RELEASE part");
    if (outcome.kept) outcome.kept = released;
    return outcome;
}

std::vector<std::function<void()>> Batch::take() {
    on_undo_.clear();
    return std::exchange(after_commit_, {});
}

}  // namespace huizhen::coordinator
