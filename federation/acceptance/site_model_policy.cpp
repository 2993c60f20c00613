#include <huizhen/acceptance/site_model_policy.h>

namespace huizhen::acceptance {

namespace {

std::string short_name(const Sha256Digest& model) { return to_hex(model).substr(0, 12); }

}  // namespace

Status check(const SiteModelPolicy& policy) {
    if (policy.pinned && policy.refused.contains(*policy.pinned)) {
        return fail(ErrorCode::kInvalidArgument,
                    "model " + short_name(*policy.pinned) + " is pinned and refused at once");
    }
    return {};
}

ModelChoice choose_model(const SiteModelPolicy& policy, const Lineage& lineage) {
    ModelChoice choice;
    const auto shadow = lineage.shadow();
    if (policy.runs_shadow && shadow && !policy.refused.contains(*shadow) && shadow != policy.pinned) {
        choice.shadow = shadow;
    }
    const auto& current = lineage.current();
    if (policy.pinned) {
        const auto state = lineage.state_of(*policy.pinned);
        if (policy.refused.contains(*policy.pinned) || !state || *state == ModelState::kRejected) {
            choice.reason = "the site pins model " + short_name(*policy.pinned) + ", which " +
                            (state ? "is refused or rejected" : "is not in the lineage");
            return choice;
        }
        choice.runs = policy.pinned;
        choice.reason = "pinned by the site";
        if (current && current != policy.pinned) choice.reason += "; current is " + short_name(*current);
        return choice;
    }
    if (!current) {
        choice.reason = "no model was accepted yet";
        return choice;
    }
    if (!policy.refused.contains(*current)) {
        choice.runs = current;
        choice.reason = "current";
        return choice;
    }
    for (const Sha256Digest& model : lineage.once_current()) {
        if (policy.refused.contains(model)) continue;
        choice.runs = model;
        choice.reason = "the site refuses the current model " + short_name(*current) +
                        "; this is the latest before it that it does not";
        return choice;
    }
    choice.reason = "the site refuses every model that was ever current";
    return choice;
}

}  // namespace huizhen::acceptance
