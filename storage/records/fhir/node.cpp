#include "node.h"

#include <huizhen/base/text.h>
#include <huizhen/record_text/plain_text.h>

namespace huizhen::fhir {

void Node::expect(bool fits, const char* type) const {
    if (!fits && wrong_->empty()) *wrong_ = std::string(name_) + " is no " + type;
}

Node Node::operator[](const char* key) const {
    const Node nothing(nullptr, wrong_, key);
    if (value_ == nullptr) return nothing;
    expect(value_->is_object(), "object");
    if (!value_->is_object()) return nothing;
    const auto found = value_->find(key);
    return found == value_->end() || found->is_null() ? nothing : Node(&*found, wrong_, key);
}

std::vector<Node> Node::items() const {
    std::vector<Node> all;
    if (value_ == nullptr) return all;
    expect(value_->is_array(), "array");
    if (!value_->is_array()) return all;
    for (const auto& each : *value_) {
        if (!each.is_null()) all.emplace_back(&each, wrong_, name_);
    }
    return all;
}

Node Node::first() const {
    const auto all = items();
    return all.empty() ? Node(nullptr, wrong_, name_) : all.front();
}

std::string Node::text() const {
    if (value_ == nullptr) return {};
    expect(value_->is_string(), "string");
    return value_->is_string() ? without_controls(value_->get_ref<const std::string&>(), " ", "")
                               : std::string();
}

std::string Node::long_text() const {
    if (value_ == nullptr) return {};
    expect(value_->is_string(), "string");
    return value_->is_string() ? records::tidy_text(value_->get_ref<const std::string&>()) : std::string();
}

std::optional<double> Node::number() const {
    if (value_ == nullptr) return std::nullopt;
    expect(value_->is_number(), "number");
    return value_->is_number() ? std::optional(value_->get<double>()) : std::nullopt;
}

std::optional<bool> Node::truth() const {
    if (value_ == nullptr) return std::nullopt;
    expect(value_->is_boolean(), "truth value");
    return value_->is_boolean() ? std::optional(value_->get<bool>()) : std::nullopt;
}

}  // namespace huizhen::fhir
