#pragma once

// Numbers made comparable, and what they are found by.

#include <huizhen/chart/patient.h>

#include "core.h"

namespace huizhen::cases {

// Without blanks around it; its authority known by one name.
chart::PatientId normal_id(const Options& options, const chart::PatientId& id);

Sha256Digest hash_of_id(const Core& core, const chart::PatientId& normal);
Sha256Digest hash_of_number(const Core& core, std::string_view number);  // of any authority
// Nothing for an empty one.
std::optional<Sha256Digest> hash_of_accession(const Core& core, std::string_view accession);
Sha256Digest hash_of(const Core& core, std::string_view kind, std::string_view a, std::string_view b);

std::string_view without_blanks(std::string_view text);

}  // namespace huizhen::cases
