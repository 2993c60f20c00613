#include "resources.h"

namespace huizhen::fhir {

Entries order_entries(const Context& context, const Node& node, const Resource& where) {
    if (node["doNotPerform"].truth().value_or(false)) {
        context.warn("kept-out: a service not to be done", where);
        return {};
    }
    chart::Order order;
    order.what = context.concept_of(node["code"]);
    order.accession_number = context.accession_number(node, where);
    const std::string priority = node["priority"].text(), status = node["status"].text();
    if (priority == "stat") order.priority = chart::Priority::kStat;
    if (priority == "urgent" || priority == "asap") order.priority = chart::Priority::kUrgent;
    order.when = context.time_of(
        node, {"occurrenceDateTime", "occurrencePeriod", "occurrenceTiming", "authoredOn"}, where);
    if (status == "draft" || status == "on-hold") order.state = chart::State::kPreliminary;
    if (status == "revoked" || status == "entered-in-error") order.state = chart::State::kWithdrawn;
    const std::string accession = order.accession_number;
    return {{where.number(), accession, std::move(order)}};
}

}  // namespace huizhen::fhir
