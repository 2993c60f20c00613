#pragma once

// FHIR's data types as the chart's.

#include <huizhen/chart/update.h>
#include <huizhen/fhir/to_update.h>

#include "bundle.h"

namespace huizhen::fhir {

// What every resource's mapping needs.
struct Context {
    const Bundle& bundle;
    const Settings& settings;
    chart::Update& update;

    void warn(std::string_view what, const Resource& where) const;  // "unknown-unit: entry 3 (Observation)"
    void warn(std::string what) const;

    chart::Concept concept_of(const Node& codeable) const;
    // Nothing where it is absent; a warning where it is none.
    std::optional<chart::Time> time(const Node& date, const Resource& where) const;
    // NAMEDateTime, NAMEPeriod.start, NAMEInstant: the first there is.
    std::optional<chart::Time> time_of(const Node& resource, std::initializer_list<const char*> names,
                                       const Resource& where) const;
    // text/*, inline: as UTF-8. Empty, with a warning, for another content.
    std::string text_of(const Node& attachment, const Resource& where) const;
    // Of an identifier of type ACSN among those of the resource and of what it refers to.
    std::string accession_number(const Node& resource, const Resource& where) const;
};

chart::Quantity quantity_of(const Node& quantity);
std::string words_of(const chart::Concept& what);
// The authority of an identifier's system: OIDs as HL7 v2 and DICOM write them.
std::string authority_of(std::string system);

}  // namespace huizhen::fhir
