#include "documents.h"

#include "concepts.h"
#include "report.h"
#include "sections.h"
#include "values.h"

namespace huizhen::hl7 {
namespace {

// Tables 0271 and 0273.
chart::State state_of_document(const Segment& txa, std::string_view event) {
    const std::string completion = txa.text(17), availability = txa.text(19);
    if (event == "T11" || availability == "CA") return chart::State::kWithdrawn;
    if (event == "T07" || event == "T08" || event == "T09" || event == "T10") return chart::State::kAmended;
    for (const std::string_view early : {"DI", "DO", "IN", "IP", "PA"}) {
        if (completion == early) return chart::State::kPreliminary;
    }
    return chart::State::kFinal;
}

chart::Concept kind_of(const Context& context, const Segment& txa) {
    chart::Concept kind = concept_of(context, txa, 2);
    if (!kind.codes.empty() && kind.codes.front().system.empty())
        kind.codes.front().system = "http://terminology.hl7.org/CodeSystem/v2-0270";
    if (const auto loinc = document_kind(txa.text(2))) kind.codes.push_back(*loinc);
    return kind;
}

// An entity identifier: the number, and who gave it.
std::string number_of(const Segment& txa, std::size_t field) {
    const std::string number = line_of(txa.text(field)), from = line_of(txa.text(field, 2));
    if (number.empty()) return {};
    return "document:" + number + (from.empty() ? "" : "@" + from);
}

}  // namespace

Status add_documents(const Context& context, std::string_view event, std::vector<chart::Entry>& entries) {
    const Segment* txa = context.message.find("TXA");
    if (txa == nullptr) return fail(ErrorCode::kMalformedInput, "no-document: it has no TXA segment");
    Group group;
    bool behind = false;
    for (const Segment& segment : context.message.segments()) {
        behind = behind || &segment == txa;
        const bool about_order = segment.name() == "ORC" || segment.name() == "OBR";
        const bool content = behind && (segment.name() == "OBX" || segment.name() == "NTE");
        if (about_order || content) group.take(segment);
    }
    std::vector<const Finding*> words;
    for (const Finding& finding : group.findings) {
        const std::string type = finding.obx->text(2);
        if (is_words(*finding.obx) || type == "ST") words.push_back(&finding);
        if (is_attachment(*finding.obx)) context.warn("attachment", *finding.obx);
    }
    chart::Document document;
    document.kind = kind_of(context, *txa);
    const std::string named = group.obr == nullptr ? "" : words_of(concept_of(context, *group.obr, 4));
    document.title = line_of(txa->text(25));
    if (document.title.empty()) document.title = named.empty() ? words_of(document.kind) : named;
    document.text = joined_words(context, words, document.title);
    document.when = context.time(*txa, 4);
    if (!document.when) document.when = context.time(*txa, 6);
    document.state = state_of_document(*txa, event);
    const std::string accession = group.accession_number(), number = number_of(*txa, 12);
    if (event == "T09" || event == "T10") {
        if (const std::string replaced = number_of(*txa, 13); !replaced.empty() && replaced != number) {
            chart::Document gone{document.kind, document.title, "", document.when, chart::State::kWithdrawn};
            entries.push_back({replaced, accession, std::move(gone)});
        }
    }
    // A notice without the text must not wipe out the text that is there.
    if (document.text.empty() && document.state != chart::State::kWithdrawn) {
        context.warn("kept-out", *txa);
        return {};
    }
    entries.push_back({number, accession, std::move(document)});
    return {};
}

}  // namespace huizhen::hl7
