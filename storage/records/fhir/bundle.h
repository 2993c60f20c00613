#pragma once

// The resources of a document, and what their references mean.

#include <map>
#include <memory>

#include <huizhen/base/result.h>

#include "node.h"

namespace huizhen::fhir {

struct Resource {
    const nlohmann::json* json;
    std::string type, id;
    std::string full_url;  // of its entry; empty for a single or a contained one
    std::string base;      // of the server, from its URL: "http://example.org/fhir"; may be empty
    std::string place;     // "entry 3 (Observation)", "Observation": for errors; no patient data
    const Resource* container = nullptr;

    // "Observation/123", else the URL; empty where it has neither.
    std::string number() const;
};

// A reference's parts: "http://example.org/fhir/Patient/123/_history/2" and the like.
struct Target {
    std::string base, type, id;
};
Target target_of(std::string_view reference);

class Bundle {
  public:
    // kMalformedInput "not-fhir", "wrong-type", "bundle"; kUnsupported "method"; kLimitExceeded
    // "too-many-entries". Borrows the tree.
    static Result<Bundle> open(const nlohmann::json& root);

    // Those of entries, or the single one; not the contained ones.
    const std::vector<const Resource*>& resources() const { return entries_; }
    const Resource* resolve(std::string_view reference, const Resource& from) const;

    std::string message_id;  // Bundle.identifier; may be empty
    std::string timestamp;

  private:
    Status add(const nlohmann::json& json, std::string full_url, const std::string& place);
    std::vector<std::unique_ptr<Resource>> all_;
    std::vector<const Resource*> entries_;
    std::map<std::string, const Resource*, std::less<>> by_url_;   // full URLs
    std::map<std::string, const Resource*, std::less<>> by_name_;  // "Patient/123"
    std::map<std::pair<const Resource*, std::string>, const Resource*> contained_;
};

}  // namespace huizhen::fhir
