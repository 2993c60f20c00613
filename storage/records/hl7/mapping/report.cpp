#include "report.h"

#include <huizhen/record_text/plain_text.h>

#include "concepts.h"
#include "observations.h"
#include "sections.h"
#include "values.h"

namespace huizhen::hl7 {
namespace {

// From here on, words are a report: the longest remark of a laboratory that the sample messages hold is
// shorter.
constexpr std::size_t kReportBytes = 200;

Section section_of_group(const Group& group) {
    return group.obr == nullptr ? Section::kOther : section_of(group.obr->text(24));
}

// Report services send their words as ST, too.
bool may_be_words(const Segment& obx, Section section) {
    const bool reports = section == Section::kImaging || section == Section::kPathology;
    return is_words(obx) || (reports && obx.text(2) == "ST" && obx.field(6).empty());
}

}  // namespace

std::vector<const Finding*> report_findings(const Context& context, const Group& group) {
    const Section section = section_of_group(group);
    std::vector<const Finding*> words;
    std::size_t bytes = 0;
    for (const Finding& finding : group.findings) {
        if (!may_be_words(*finding.obx, section)) continue;
        words.push_back(&finding);
        bytes += words_of(context, *finding.obx).size();
    }
    const bool reports = section == Section::kImaging || section == Section::kPathology;
    if (bytes == 0 || group.obr == nullptr ||
        (!reports && (section == Section::kLaboratory || bytes < kReportBytes)))
        words.clear();
    return words;
}

std::string joined_words(const Context& context, std::span<const Finding* const> findings,
                         std::string_view title) {
    std::string text, heading;
    for (const Finding* finding : findings) {
        const std::string part = words_of(concept_of(context, *finding->obx, 3));
        if (part != heading && !part.empty() && part != title) {
            if (!text.empty() && !text.ends_with("\n\n")) text += '\n';
            text += part + ":\n";
        }
        heading = part;
        text += words_of(context, *finding->obx) + "\n";
        for (const Segment* note : finding->notes) {
            for (const Repetition& line : note->field(3).repetitions()) text += line.text() + "\n";
        }
    }
    return records::tidy_text(text);
}

chart::Entry report_of(const Context& context, const Group& group, std::span<const Finding* const> findings) {
    chart::Document report;
    report.kind = concept_of(context, *group.obr, 4);
    report.title = words_of(report.kind);
    if (const auto kind = report_kind(section_of_group(group))) {
        const auto& codes = report.kind.codes;
        if (std::find(codes.begin(), codes.end(), *kind) == codes.end()) report.kind.codes.push_back(*kind);
    }
    report.text = joined_words(context, findings, report.title);
    report.when = context.time(*group.obr, 7);
    const std::string status = group.obr->text(25);
    report.state = state_of(status.empty() ? findings.front()->obx->text(11) : status);
    const std::string number = group.number();
    return {number.empty() ? "" : "report:" + number, group.accession_number(), std::move(report)};
}

}  // namespace huizhen::hl7
