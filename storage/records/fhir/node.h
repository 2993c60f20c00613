#pragma once

// A value in a resource, or the lack of one. What has another type than FHIR gives it is noted, and counts as
// absent; whoever reads the resource asks once, at the end.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace huizhen::fhir {

class Node {
  public:
    // `wrong` gets the name of the first member of a wrong type.
    Node(const nlohmann::json* value, std::string* wrong, const char* name)
        : value_(value), wrong_(wrong), name_(name) {}

    bool present() const { return value_ != nullptr; }
    Node operator[](const char* key) const;  // an object's member
    std::vector<Node> items() const;         // an array's
    Node first() const;                      // its first, or nothing
    std::string text() const;                // a string's, without control characters; "" where it is absent
    std::string long_text() const;           // the same, with its lines
    std::optional<double> number() const;
    std::optional<bool> truth() const;
    const nlohmann::json* json() const { return value_; }

  private:
    void expect(bool fits, const char* type) const;
    const nlohmann::json* value_;
    std::string* wrong_;
    const char* name_;
};

}  // namespace huizhen::fhir
