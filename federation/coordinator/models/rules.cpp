#include "rules.h"

#include <federation/v1/coordinator.pb.h>

namespace huizhen::coordinator {

Result<acceptance::AcceptanceRules> to_rules(const federation::v1::AcceptanceRule& rule) {
    acceptance::AcceptanceRules rules;
    if (rule.min_cases() != 0) rules.min_cases = rule.min_cases();
    if (rule.min_positives() != 0) rules.min_positives = rule.min_positives();
    if (rule.min_negatives() != 0) rules.min_negatives = rule.min_negatives();
    if (rule.min_sites() != 0) rules.min_sites = rule.min_sites();
    rules.max_clear_loss = rule.max_clear_loss();
    if (rule.max_possible_loss() != 0) rules.max_possible_loss = rule.max_possible_loss();
    rules.min_pooled_gain = rule.min_pooled_gain();
    if (rule.max_ece_rise() != 0) rules.max_ece_rise = rule.max_ece_rise();
    rules.heads.assign(rule.heads().begin(), rule.heads().end());
    HZ_TRY(acceptance::check(rules));
    return rules;
}

}  // namespace huizhen::coordinator
