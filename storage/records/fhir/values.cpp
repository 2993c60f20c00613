#include "values.h"

#include <huizhen/record_text/base64.h>
#include <huizhen/record_text/plain_text.h>

namespace huizhen::fhir {
namespace {

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

// "text/plain; charset=GBK": the set.
records::CharacterSet set_of(const std::string& type) {
    const std::size_t at = type.find("charset=");
    if (at == std::string::npos) return records::CharacterSet::utf8();
    std::string name = type.substr(at + 8);
    std::erase(name, '"');
    return records::CharacterSet::named(name.substr(0, name.find(';')))
        .value_or(records::CharacterSet::utf8());
}

std::string accession_among(const Node& resource) {
    for (const Node& identifier : resource["identifier"].items()) {
        for (const Node& coding : identifier["type"]["coding"].items()) {
            if (coding["code"].text() == "ACSN") return identifier["value"].text();
        }
    }
    return {};
}

}  // namespace

void Context::warn(std::string what) const {
    auto& warnings = update.warnings;
    if (warnings.size() >= kMaxWarnings) return;
    warnings.push_back(warnings.size() + 1 == kMaxWarnings ? "more-warnings: than are kept"
                                                           : std::move(what));
}

void Context::warn(std::string_view what, const Resource& where) const {
    warn(std::string(what) + ": " + where.place);
}

chart::Concept Context::concept_of(const Node& codeable) const {
    chart::Concept what;
    for (const Node& coding : codeable["coding"].items()) {
        chart::Code code{coding["system"].text(), coding["code"].text(), coding["display"].text()};
        if (!code.code.empty())
            what.codes.push_back(std::move(code));
        else if (what.text.empty())
            what.text = code.display;
    }
    if (const std::string text = codeable["text"].text(); !text.empty()) what.text = text;
    if (settings.codes != nullptr) settings.codes->add_to(what, update.source);
    return what;
}

std::optional<chart::Time> Context::time(const Node& date, const Resource& where) const {
    const std::string text = date.text();
    if (text.empty()) return std::nullopt;
    const auto time = chart::read_iso_time(text, settings.without_zone);
    if (!time) warn("time", where);
    return time;
}

std::optional<chart::Time> Context::time_of(const Node& resource, std::initializer_list<const char*> names,
                                            const Resource& where) const {
    for (const char* name : names) {
        const Node member = resource[name];
        if (!member.present()) continue;
        const bool period = std::string_view(name).ends_with("Period");
        const bool timing = std::string_view(name).ends_with("Timing");
        const auto found = time(period ? member["start"] : timing ? member["event"].first() : member, where);
        if (found) return found;
    }
    return std::nullopt;
}

std::string Context::text_of(const Node& attachment, const Resource& where) const {
    const std::string type = lower(attachment["contentType"].text());
    const Node data = attachment["data"];
    if (!type.starts_with("text/plain") || !data.present()) {
        warn("attachment", where);
        return {};
    }
    const auto bytes = records::from_base64(data.text());
    auto text = bytes ? records::read_text(*bytes, set_of(type)) : Result<std::string>(std::string());
    if (!bytes || !text) {
        warn("attachment", where);
        return {};
    }
    return *text;
}

std::string Context::accession_number(const Node& resource, const Resource& where) const {
    if (const std::string own = accession_among(resource); !own.empty()) return own;
    for (const char* name : {"imagingStudy", "basedOn"}) {
        const Node list = resource[name];
        if (!list.present() || !list.json()->is_array()) continue;
        for (const Node& reference : list.items()) {
            const Resource* target = bundle.resolve(reference["reference"].text(), where);
            if (target == nullptr) continue;
            std::string wrong;
            const std::string found = accession_among(Node(target->json, &wrong, "resource"));
            if (!found.empty()) return found;
        }
    }
    return {};
}

chart::Quantity quantity_of(const Node& quantity) {
    chart::Quantity found;
    found.value = quantity["value"].number().value_or(0);
    found.comparator = quantity["comparator"].text();
    const std::string unit = quantity["unit"].text(), code = quantity["code"].text();
    const bool ucum = quantity["system"].text() == "http://unitsofmeasure.org" && !code.empty();
    found.unit = ucum || unit.empty() ? code : unit;
    return found;
}

std::string words_of(const chart::Concept& what) {
    if (!what.text.empty()) return what.text;
    for (const chart::Code& code : what.codes) {
        if (!code.display.empty()) return code.display;
    }
    return what.codes.empty() ? std::string() : what.codes.front().code;
}

std::string authority_of(std::string system) {
    constexpr std::string_view kOid = "urn:oid:";
    return system.starts_with(kOid) ? system.substr(kOid.size()) : system;
}

}  // namespace huizhen::fhir
