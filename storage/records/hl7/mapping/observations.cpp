#include "observations.h"

#include <set>

#include <huizhen/record_codes/quantity.h>
#include <huizhen/record_codes/usual_units.h>
#include <huizhen/record_text/plain_text.h>

#include "concepts.h"
#include "values.h"

namespace huizhen::hl7 {
namespace {

// Numbers of one group's findings: what comes twice in it is another finding.
class Numbers {
  public:
    explicit Numbers(std::string group) : group_(std::move(group)) {}

    std::string next(const Segment& obx) {
        if (group_.empty()) return {};
        std::string number = "obs:" + group_ + "/" + line_of(obx.text(3)) + "/" + line_of(obx.text(4));
        for (int again = 2; !taken_.insert(number).second; ++again) {
            number = number.substr(0, number.rfind('#')) + "#" + std::to_string(again);
        }
        return number;
    }

  private:
    std::string group_;
    std::set<std::string> taken_;
};

std::optional<chart::Time> time_of(const Context& context, const Group& group, const Segment& obx) {
    if (const auto time = context.time(obx, 14)) return time;
    if (group.specimen != nullptr) {
        if (const auto time = context.time(*group.specimen, 17)) return time;
    }
    if (group.obr == nullptr) return std::nullopt;
    return context.time(*group.obr, 7);
}

void read_reference(const Context& context, const Segment& obx, chart::Observation& observation) {
    const std::string text = obx.text(7);
    if (text.empty() || !std::holds_alternative<chart::Quantity>(observation.value)) return;
    if (const auto range = records::read_range(text)) {
        observation.low = range->low;
        observation.high = range->high;
    } else {
        context.warn("reference-range", obx);
    }
}

std::string note_text(const std::vector<const Segment*>& notes) {
    std::string text;
    for (const Segment* note : notes) {
        for (const Repetition& line : note->field(3).repetitions()) {
            if (!text.empty()) text += '\n';
            text += line.text();
        }
    }
    return records::tidy_text(text);
}

// What was written beside the values.
void add_comments(const Context& context, const Group& group, std::span<const Finding* const> left_out,
                  std::vector<chart::Entry>& entries) {
    std::string text = note_text(group.notes);
    for (const Finding& finding : group.findings) {
        if (std::find(left_out.begin(), left_out.end(), &finding) != left_out.end()) continue;
        const std::string note = finding.obx->field(5).empty() ? std::string() : note_text(finding.notes);
        if (note.empty()) continue;
        if (!text.empty()) text += '\n';
        text += words_of(concept_of(context, *finding.obx, 3)) + ": " + note;
    }
    if (text.empty()) return;
    chart::Document comments;
    comments.kind.text = "comments";
    if (group.obr != nullptr) {
        comments.title = words_of(concept_of(context, *group.obr, 4));
        comments.when = context.time(*group.obr, 7);
    }
    comments.text = std::move(text);
    const std::string number = group.number();
    entries.push_back(
        {number.empty() ? "" : "comments:" + number, group.accession_number(), std::move(comments)});
}

}  // namespace

chart::State state_of(std::string_view status) {
    if (status == "P" || status == "R" || status == "S" || status == "I") return chart::State::kPreliminary;
    if (status == "C") return chart::State::kAmended;
    if (status == "D" || status == "W" || status == "X") return chart::State::kWithdrawn;
    return chart::State::kFinal;
}

void add_observations(const Context& context, const Group& group, std::span<const Finding* const> left_out,
                      std::vector<chart::Entry>& entries) {
    Numbers numbers(group.number());
    const std::string accession = group.accession_number();
    for (const Finding& finding : group.findings) {
        const Segment& obx = *finding.obx;
        if (std::find(left_out.begin(), left_out.end(), &finding) != left_out.end()) continue;
        if (is_attachment(obx)) {
            context.warn("attachment", obx);
            continue;
        }
        chart::Observation observation;
        observation.what = concept_of(context, obx, 3);
        observation.flag = line_of(obx.text(8));
        observation.when = time_of(context, group, obx);
        const std::string status = obx.text(11);
        observation.state = state_of(status.empty() && group.obr != nullptr ? group.obr->text(25) : status);
        auto written = obx.field(5).repetitions();
        if (written.empty() || is_words(obx)) written.resize(1);
        for (const Repetition& each : written) {
            observation.low = observation.high = std::nullopt;
            if (is_words(obx)) {
                observation.value = words_of(context, obx);
            } else if (each.empty() && !finding.notes.empty()) {
                observation.value = note_text(finding.notes);  // cultures come like that
            } else {
                observation.value = value_of(context, obx, each);
            }
            if (const auto* words = std::get_if<std::string>(&observation.value);
                words != nullptr && words->empty())
                observation.value = {};
            read_reference(context, obx, observation);
            if (observation.what == chart::Concept() && observation.value == chart::Value()) continue;
            if (records::normalise_unit(observation) == records::UnitFound::kUnknown)
                context.warn("unknown-unit", obx);
            entries.push_back({numbers.next(obx), accession, observation});
        }
    }
    add_comments(context, group, left_out, entries);
}

}  // namespace huizhen::hl7
