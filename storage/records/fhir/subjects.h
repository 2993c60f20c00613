#pragma once

// Which patient a resource is about.

#include <set>

#include "values.h"

namespace huizhen::fhir {

class Subjects {
  public:
    explicit Subjects(const Context& context) : context_(context) {}

    // The patients' own resources, and their merges ("replaces", "replaced-by").
    Status add_patients();

    // Where in the update its patient is; nothing for one about a device, a place or a group. kMalformedInput
    // "unresolved-reference" where it names nobody.
    Result<std::optional<std::size_t>> of(const Node& node, const Resource& where);

  private:
    Status add_links(const Node& node, const Resource& where, std::size_t own);
    Result<std::size_t> of_resource(const Resource& patient);
    Result<std::optional<std::size_t>> of_reference(const Node& reference, const Resource& where);
    std::size_t of_id(chart::PatientId id);

    const Context& context_;
    std::map<const Resource*, std::size_t> by_resource_;
    std::map<std::pair<std::string, std::string>, std::size_t> by_id_;
};

}  // namespace huizhen::fhir
