#include "diagnoses.h"

#include "concepts.h"

namespace huizhen::hl7 {
namespace {

// FIELD-3 is coded, FIELD-4 its words, where 2.2 wrote them; FIELD-2 names the system there.
chart::Concept named_thing(const Context& context, const Segment& segment) {
    chart::Concept what = concept_of(context, segment, 3);
    if (what.text.empty()) what.text = line_of(segment.text(4));
    return what;
}

std::string own_number(std::string_view kind, const Segment& segment, std::size_t field) {
    const std::string number = line_of(segment.text(field));
    return number.empty() ? number : std::string(kind) + number;
}

}  // namespace

std::optional<chart::Entry> diagnosis_of(const Context& context, const Segment& dg1) {
    chart::Condition condition{named_thing(context, dg1), context.time(dg1, 5), chart::State::kFinal};
    if (condition.what == chart::Concept()) return std::nullopt;
    const std::string type = dg1.text(6), action = dg1.text(21);  // tables 0052, 0206
    if (type == "W" || type == "A") condition.state = chart::State::kPreliminary;
    if (action == "D") condition.state = chart::State::kWithdrawn;
    return chart::Entry{own_number("diagnosis:", dg1, 20), "", condition};
}

std::optional<chart::Entry> procedure_of(const Context& context, const Segment& pr1) {
    chart::Procedure procedure{named_thing(context, pr1), context.time(pr1, 5), chart::State::kFinal};
    if (procedure.what == chart::Concept()) return std::nullopt;
    if (pr1.text(20) == "D") procedure.state = chart::State::kWithdrawn;
    return chart::Entry{own_number("procedure:", pr1, 19), "", procedure};
}

}  // namespace huizhen::hl7
