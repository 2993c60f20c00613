#include "resources.h"

namespace huizhen::fhir {
namespace {

chart::State state_of_report(std::string_view status) {
    if (status == "registered" || status == "partial" || status == "preliminary")
        return chart::State::kPreliminary;
    if (status == "amended" || status == "corrected" || status == "appended") return chart::State::kAmended;
    if (status == "cancelled" || status == "entered-in-error") return chart::State::kWithdrawn;
    return chart::State::kFinal;
}

chart::State state_of_reference(std::string_view status, std::string_view document) {
    if (status == "superseded" || status == "entered-in-error" || document == "entered-in-error")
        return chart::State::kWithdrawn;
    if (document == "preliminary") return chart::State::kPreliminary;
    return document == "amended" ? chart::State::kAmended : chart::State::kFinal;
}

void add_codes(chart::Concept& to, const chart::Concept& from) {
    for (const chart::Code& code : from.codes) {
        if (std::find(to.codes.begin(), to.codes.end(), code) == to.codes.end()) to.codes.push_back(code);
    }
}

void add_text(std::string& to, const std::string& text) {
    if (text.empty() || to.find(text) != std::string::npos) return;
    to += (to.empty() ? "" : "\n") + text;
}

// Without words there is nothing to keep, but for taking back what was kept.
Entries as_entries(const Context& context, const Node& node, const Resource& where,
                   chart::Document document) {
    if (document.text.empty() && document.state != chart::State::kWithdrawn) return {};
    return {{where.number(), context.accession_number(node, where), std::move(document)}};
}

}  // namespace

Entries report_entries(const Context& context, const Node& node, const Resource& where) {
    chart::Document report;
    report.kind = context.concept_of(node["code"]);
    report.title = words_of(report.kind);
    for (const Node& category : node["category"].items())
        add_codes(report.kind, context.concept_of(category));
    report.when = context.time_of(node, {"effectiveDateTime", "effectivePeriod", "issued"}, where);
    report.state = state_of_report(node["status"].text());
    for (const Node& form : node["presentedForm"].items())
        add_text(report.text, context.text_of(form, where));
    add_text(report.text, node["conclusion"].long_text());
    return as_entries(context, node, where, std::move(report));
}

Entries document_entries(const Context& context, const Node& node, const Resource& where) {
    chart::Document document;
    document.kind = context.concept_of(node["type"]);
    for (const Node& category : node["category"].items())
        add_codes(document.kind, context.concept_of(category));
    document.title = node["description"].text();
    document.when = context.time(node["date"], where);
    document.state = state_of_reference(node["status"].text(), node["docStatus"].text());
    for (const Node& content : node["content"].items()) {
        const Node attachment = content["attachment"];
        if (document.title.empty()) document.title = attachment["title"].text();
        add_text(document.text, context.text_of(attachment, where));
    }
    if (document.title.empty()) document.title = words_of(document.kind);
    return as_entries(context, node, where, std::move(document));
}

}  // namespace huizhen::fhir
