#pragma once

// Kinds of reports, by the service that makes them (table 0074) and by the document's type (table 0270), as
// LOINC says them.

#include <optional>
#include <string_view>

#include <huizhen/chart/code.h>

namespace huizhen::hl7 {

enum class Section { kImaging, kPathology, kLaboratory, kOther };

Section section_of(std::string_view service);
std::optional<chart::Code> report_kind(Section section);
std::optional<chart::Code> document_kind(std::string_view type);

}  // namespace huizhen::hl7
