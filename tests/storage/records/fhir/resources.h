#pragma once

// Resources for tests, in JSON.

#include <gtest/gtest.h>

#include <huizhen/fhir/to_update.h>

namespace huizhen::fhir {

inline std::string first_word(const Error& error) {
    return error.message().substr(0, error.message().find(':'));
}

inline chart::Update updated(const std::string& json, const Settings& settings = {}) {
    auto update = to_update(json, settings);
    if (!update) throw std::runtime_error(update.error().message());
    return std::move(*update);
}

inline std::string refusal(const std::string& json) {
    const auto update = to_update(json, {});
    return update ? "accepted" : first_word(update.error());
}

// {"resourceType": TYPE, "subject": patient 7, MEMBERS}
inline std::string resource(const std::string& type, const std::string& members) {
    return R"({"resourceType": ")" + type + R"(", "id": "r1", "subject": {"reference": "Patient/7"})" +
           (members.empty() ? "" : ", " + members) + "}";
}

template <typename... Entries>
std::string bundle(const std::string& type, const Entries&... entries) {
    std::string all;
    ((all += (all.empty() ? "" : ",") + std::string(entries)), ...);
    return R"({"resourceType": "Bundle", "type": ")" + type + R"(", "entry": [)" + all + "]}";
}

inline std::string entry(const std::string& url, const std::string& json) {
    return R"({"fullUrl": ")" + url + R"(", "resource": )" + json + "}";
}

template <typename T>
std::vector<T> contents(const chart::Update& update) {
    std::vector<T> all;
    for (const auto& patient : update.patients) {
        for (const auto& each : patient.entries) {
            if (const T* content = std::get_if<T>(&each.content)) all.push_back(*content);
        }
    }
    return all;
}

template <typename T>
T only(const std::string& json) {
    const auto update = updated(json);
    const auto all = contents<T>(update);
    if (all.size() != 1) throw std::runtime_error("not one, but " + std::to_string(all.size()));
    return all.front();
}

inline std::string ids(const chart::Patient& patient) {
    std::string text;
    for (const auto& id : patient.ids) {
        const auto& plain = id.reveal_phi("test");
        text += plain.value + "@" + plain.authority + " ";
    }
    return text;
}

}  // namespace huizhen::fhir
