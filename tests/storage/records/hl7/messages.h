#pragma once

// Messages for tests, one segment an argument.

#include <string>

#include <gtest/gtest.h>

#include <huizhen/hl7/to_update.h>

namespace huizhen::hl7 {

template <typename... Lines>
std::string lines(const Lines&... all) {
    return ((std::string(all) + "\r") + ...);
}

inline std::string header(const std::string& type, const std::string& rest = "") {
    return "MSH|^~\\&|LIS|CENTRAL|HUIZHEN|RAD|20260301081530||" + type + "|M1|P|2.5" + rest;
}

inline Message parsed(const std::string& bytes) {
    auto message = parse(bytes);
    if (!message) throw std::runtime_error(message.error().message());
    return std::move(*message);
}

inline chart::Update updated(const std::string& bytes, const Settings& settings = {}) {
    auto update = to_update(parsed(bytes), settings);
    if (!update) throw std::runtime_error(update.error().message());
    return std::move(*update);
}

inline std::string first_word(const Error& error) {
    return error.message().substr(0, error.message().find(':'));
}

inline std::string refusal(const std::string& bytes, const Settings& settings = {}) {
    const auto message = parse(bytes);
    if (!message) return first_word(message.error());
    const auto update = to_update(*message, settings);
    return update ? "accepted" : first_word(update.error());
}

template <typename T>
std::vector<T> contents(const chart::PatientUpdate& patient) {
    std::vector<T> all;
    for (const auto& entry : patient.entries) {
        if (const T* content = std::get_if<T>(&entry.content)) all.push_back(*content);
    }
    return all;
}

}  // namespace huizhen::hl7
