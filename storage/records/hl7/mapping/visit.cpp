#include "visit.h"

namespace huizhen::hl7 {
namespace {

// Table 0004.
std::string kind_of(std::string written) {
    if (written == "I") return "inpatient";
    if (written == "O") return "outpatient";
    if (written == "E") return "emergency";
    return line_of(std::move(written));
}

}  // namespace

std::optional<chart::Entry> visit_of(const Context& context, const Segment& pv1, std::string_view event) {
    chart::Encounter visit;
    const std::string number = line_of(pv1.text(19));
    visit.kind = kind_of(pv1.text(2));
    visit.from = context.time(pv1, 44);
    visit.until = context.time(pv1, 45);
    if (visit.kind == "N" || (number.empty() && !visit.from && !visit.until)) return std::nullopt;
    if (event == "A11") visit.state = chart::State::kWithdrawn;
    if (event == "A05") visit.state = chart::State::kPreliminary;
    chart::Entry entry{"", "", visit};
    if (!number.empty()) entry.source_id = "visit:" + number;
    return entry;
}

}  // namespace huizhen::hl7
