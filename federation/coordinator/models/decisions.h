#pragma once

// What becomes of the models: proposed by a plan, judged by its rules, decided by rule or by a person, and
// written down in a signed lineage of each task. On the loop, inside its batch.

#include <huizhen/acceptance/lineage.h>

#include "service/context.h"

namespace huizhen::coordinator {

// Verified from its first record.
Result<acceptance::Lineage> lineage_of(Context& context, std::string_view task);

// Every site may fetch what is, or was, current, whether or not it was in the rounds that made it: at start.
Status open_models(Context& context);

// None before the first was accepted.
Result<std::optional<rounds::ObjectRef>> current_model(Context& context, std::string_view task);

// A plan is complete: its model becomes a candidate, and current at once where the plan says so and every
// rule lets it pass.
Status propose_model(Context& context, const PlanRecord& plan, const PlanRunner& runner);

// The rows of all sites that measured it, and what the plan's rules say.
struct Judgement {
    ModelRecord model;
    std::string plan;
    rounds::ObjectRef against;
    std::vector<acceptance::SiteRow> rows;
    acceptance::Verdict verdict;
};
// kNotFound: no site has measured that model.
Result<Judgement> judgement_of(Context& context, std::string_view digest_prefix);

// kInvalidArgument, "rules-failed": accept() refuses what the rules do not let pass; override_rules() does
// not.
Status accept_model(Context& context, std::string_view digest_prefix, std::string_view who,
                    std::string_view why);
Status override_rules(Context& context, std::string_view digest_prefix, std::string_view who,
                      std::string_view why);
Status reject_model(Context& context, std::string_view digest_prefix, std::string_view who,
                    std::string_view why);
// `digest_prefix` empty: the one before the current.
Status roll_back(Context& context, std::string_view task, std::string_view digest_prefix,
                 std::string_view who, std::string_view why);

// The public half of the key that signs every lineage.
secagg::PublicKey lineage_public_key(const Context& context);

}  // namespace huizhen::coordinator
