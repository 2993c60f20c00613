#include "orders.h"

#include "concepts.h"

namespace huizhen::hl7 {
namespace {

// Tables 0119 and 0038: cancelled, discontinued, taken back.
chart::State state_of_order(const Segment* orc) {
    if (orc == nullptr) return chart::State::kFinal;
    const std::string control = orc->text(1), status = orc->text(5);
    for (const std::string_view gone : {"CA", "CR", "OC", "DC", "DR", "OD", "UA", "RP"}) {
        if (control == gone) return chart::State::kWithdrawn;
    }
    if (status == "CA" || status == "DC" || status == "RP") return chart::State::kWithdrawn;
    return control == "XO" || control == "XX" ? chart::State::kAmended : chart::State::kFinal;
}

std::optional<chart::Priority> priority_of(std::string_view code) {
    if (code.empty()) return std::nullopt;
    if (code.starts_with("ST") || code == "S") return chart::Priority::kStat;
    if (code == "A" || code == "ASAP" || code == "U" || code == "UR" || code.starts_with("T"))
        return chart::Priority::kUrgent;
    return chart::Priority::kRoutine;
}

// TQ1-9 since 2.5, the quantity/timing's sixth component before, OBR-5 in 2.2; the most urgent of them.
chart::Priority priority_of(const Group& group) {
    chart::Priority priority = chart::Priority::kRoutine;
    const auto consider = [&](const Segment* segment, std::size_t field, std::size_t component) {
        if (segment == nullptr) return;
        const auto found = priority_of(segment->text(field, component));
        if (found && *found > priority) priority = *found;
    };
    consider(group.timing, 9, 1);
    consider(group.obr, 27, 6);
    consider(group.obr, 5, 1);
    consider(group.orc, 7, 6);
    return priority;
}

struct Place {
    const Segment* segment;
    std::size_t field, component;
};

// When it is to be done, else when it was asked for.
std::optional<chart::Time> time_of(const Context& context, const Group& group) {
    for (const Place& place :
         {Place{group.timing, 7, 1}, Place{group.obr, 36, 1}, Place{group.obr, 27, 4}, Place{group.orc, 7, 4},
          Place{group.obr, 6, 1}, Place{group.orc, 15, 1}, Place{group.orc, 9, 1}, Place{group.obr, 7, 1}}) {
        if (place.segment == nullptr) continue;
        if (const auto time = context.time(*place.segment, place.field, place.component)) return time;
    }
    return std::nullopt;
}

}  // namespace

std::optional<chart::Entry> order_of(const Context& context, const Group& group) {
    const std::string number = group.number(), accession = group.accession_number();
    if (group.medication != nullptr) {
        const std::size_t code = group.medication->name() == "RXE" ? 2 : 1;
        chart::Medication medication{concept_of(context, *group.medication, code), time_of(context, group),
                                     state_of_order(group.orc)};
        if (medication.what == chart::Concept()) return std::nullopt;
        return chart::Entry{number.empty() ? "" : "medication:" + number, "", std::move(medication)};
    }
    // A cancellation may name the order alone.
    if (group.obr == nullptr && (group.orc == nullptr || number.empty())) return std::nullopt;
    chart::Order order;
    if (group.obr != nullptr) order.what = concept_of(context, *group.obr, 4);
    order.accession_number = accession;
    order.priority = priority_of(group);
    order.when = time_of(context, group);
    order.state = state_of_order(group.orc);
    return chart::Entry{number.empty() ? "" : "order:" + number, accession, std::move(order)};
}

}  // namespace huizhen::hl7
