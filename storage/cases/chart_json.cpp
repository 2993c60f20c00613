#include "chart_json.h"

#include <limits>

namespace huizhen::cases {

namespace {

constexpr const char* kSexes[] = {"unknown", "female", "male", "other"};
constexpr const char* kStates[] = {"preliminary", "final", "amended", "withdrawn"};
constexpr const char* kPriorities[] = {"routine", "urgent", "stat"};
constexpr const char* kKinds[] = {"observation", "document",  "condition", "procedure",
                                  "medication",  "encounter", "order"};

[[noreturn]] void unknown_word() {
    throw Json::other_error::create(501, "an unknown word", static_cast<const Json*>(nullptr));
}

template <typename Enum, std::size_t N>
Enum enum_from(const Json& json, const char* const (&words)[N]) {
    const auto& word = json.get_ref<const std::string&>();
    for (std::size_t i = 0; i < N; ++i) {
        if (word == words[i]) return static_cast<Enum>(i);
    }
    unknown_word();
}
template <typename Enum, std::size_t N>
const char* word_of(Enum value, const char* const (&words)[N]) {
    return words[static_cast<std::size_t>(value)];
}

Json json_of(const chart::Concept& concept_) {
    Json codes = Json::array();
    for (const chart::Code& code : concept_.codes) {
        codes.push_back({{"system", code.system}, {"code", code.code}, {"display", code.display}});
    }
    return {{"codes", std::move(codes)}, {"text", concept_.text}};
}
chart::Concept concept_from(const Json& json) {
    chart::Concept concept_;
    for (const Json& code : json.at("codes")) {
        concept_.codes.push_back({code.at("system"), code.at("code"), code.at("display")});
    }
    concept_.text = json.at("text");
    return concept_;
}

void put_time(Json& json, const char* name, const std::optional<chart::Time>& time) {
    if (time) json[name] = to_json(*time);
}
std::optional<chart::Time> get_time(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end()) return std::nullopt;
    return time_from(*found);
}

// What conditions, procedures, medications and orders share.
template <typename T>
Json json_of_happening(const T& happening, const std::optional<chart::Time>& when) {
    Json json = {{"what", json_of(happening.what)}, {"state", word_of(happening.state, kStates)}};
    put_time(json, "when", when);
    return json;
}

struct Encode {
    Json operator()(const chart::Observation& o) const {
        Json json = json_of_happening(o, o.when);
        if (const auto* quantity = std::get_if<chart::Quantity>(&o.value)) {
            json["quantity"] = {{"value", quantity->value},
                                {"comparator", quantity->comparator},
                                {"unit", quantity->unit},
                                {"written", quantity->written}};
        } else if (const auto* coded = std::get_if<chart::Concept>(&o.value)) {
            json["coded"] = json_of(*coded);
        } else if (const auto* words = std::get_if<std::string>(&o.value)) {
            json["words"] = *words;
        }
        if (o.low) json["low"] = *o.low;
        if (o.high) json["high"] = *o.high;
        json["flag"] = o.flag;
        return json;
    }
    Json operator()(const chart::Document& d) const {
        Json json = {{"what", json_of(d.kind)}, {"state", word_of(d.state, kStates)}};
        put_time(json, "when", d.when);
        json["title"] = d.title;
        json["text"] = d.text;
        return json;
    }
    Json operator()(const chart::Condition& c) const { return json_of_happening(c, c.since); }
    Json operator()(const chart::Procedure& p) const { return json_of_happening(p, p.when); }
    Json operator()(const chart::Medication& m) const { return json_of_happening(m, m.when); }
    Json operator()(const chart::Encounter& e) const {
        Json json = {{"kind", e.kind}, {"state", word_of(e.state, kStates)}};
        put_time(json, "from", e.from);
        put_time(json, "until", e.until);
        return json;
    }
    Json operator()(const chart::Order& o) const {
        Json json = json_of_happening(o, o.when);
        json["accession_number"] = o.accession_number;
        json["priority"] = word_of(o.priority, kPriorities);
        return json;
    }
};

// JSON has no NaN: it is written as null.
double value_from(const Json& json) {
    return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}
std::optional<double> number_from(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end()) return std::nullopt;
    return value_from(*found);
}

chart::Observation observation_from(const Json& json) {
    chart::Observation o;
    o.what = concept_from(json.at("what"));
    if (const auto quantity = json.find("quantity"); quantity != json.end()) {
        o.value = chart::Quantity{value_from(quantity->at("value")), quantity->at("comparator"),
                                  quantity->at("unit"), quantity->at("written")};
    } else if (const auto coded = json.find("coded"); coded != json.end()) {
        o.value = concept_from(*coded);
    } else if (const auto words = json.find("words"); words != json.end()) {
        o.value = words->get<std::string>();
    }
    o.low = number_from(json, "low");
    o.high = number_from(json, "high");
    o.flag = json.at("flag");
    o.when = get_time(json, "when");
    o.state = enum_from<chart::State>(json.at("state"), kStates);
    return o;
}

chart::Content content_from(std::string_view kind, const Json& json) {
    const auto state = enum_from<chart::State>(json.at("state"), kStates);
    if (kind == "observation") return observation_from(json);
    if (kind == "document") {
        return chart::Document{concept_from(json.at("what")), json.at("title"), json.at("text"),
                               get_time(json, "when"), state};
    }
    if (kind == "encounter") {
        return chart::Encounter{json.at("kind"), get_time(json, "from"), get_time(json, "until"), state};
    }
    chart::Concept what = concept_from(json.at("what"));
    const auto when = get_time(json, "when");
    if (kind == "condition") return chart::Condition{std::move(what), when, state};
    if (kind == "procedure") return chart::Procedure{std::move(what), when, state};
    if (kind == "medication") return chart::Medication{std::move(what), when, state};
    if (kind != "order") unknown_word();
    return chart::Order{std::move(what), json.at("accession_number"),
                        enum_from<chart::Priority>(json.at("priority"), kPriorities), when, state};
}

}  // namespace

Json to_json(const chart::Time& time) { return chart::to_text(time); }

chart::Time time_from(const Json& json) {
    const auto time = chart::read_iso_time(json.get_ref<const std::string&>(), std::chrono::seconds(0));
    if (!time) unknown_word();
    return *time;
}

Json to_json(const chart::PatientId& id) { return {{"value", id.value}, {"authority", id.authority}}; }

chart::PatientId patient_id_from(const Json& json) { return {json.at("value"), json.at("authority")}; }

Json to_json(const chart::Patient& patient) {
    Json json = {{"name", patient.name.reveal_phi("to seal or export it")},
                 {"sex", word_of(patient.sex, kSexes)}};
    if (patient.birth) json["birth"] = to_json(patient.birth->reveal_phi("to seal or export it"));
    for (const auto& id : patient.ids) json["ids"].push_back(to_json(id.reveal_phi("to seal or export it")));
    return json;
}

chart::Patient patient_from(const Json& json) {
    chart::Patient patient;
    patient.name = Phi<std::string>(json.at("name"));
    patient.sex = enum_from<chart::Sex>(json.at("sex"), kSexes);
    if (const auto birth = get_time(json, "birth")) patient.birth.emplace(*birth);
    if (const auto ids = json.find("ids"); ids != json.end()) {
        for (const Json& id : *ids) patient.ids.emplace_back(patient_id_from(id));
    }
    return patient;
}

Json to_json(const chart::Entry& entry) {
    return {{"kind", kind_of(entry)},
            {"source_id", entry.source_id},
            {"accession_number", entry.accession_number},
            {"content", std::visit(Encode(), entry.content)}};
}

chart::Entry entry_from(const Json& json) {
    return {json.at("source_id"), json.at("accession_number"),
            content_from(json.at("kind").get_ref<const std::string&>(), json.at("content"))};
}

std::string_view kind_of(const chart::Entry& entry) { return kKinds[entry.content.index()]; }

chart::State state_of(const chart::Entry& entry) {
    return std::visit([](const auto& content) { return content.state; }, entry.content);
}

}  // namespace huizhen::cases
