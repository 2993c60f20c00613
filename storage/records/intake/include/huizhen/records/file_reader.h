#pragma once

// Files that a hospital drops into a folder, told apart by what they hold, not by their names.

#include <optional>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/chart/update.h>
#include <huizhen/fhir/to_update.h>
#include <huizhen/hl7/to_update.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::records {

enum class Format { kHl7, kFhir, kText };

// kText: neither of the others, and no NUL bytes but after UTF-16's mark; nullopt where it is none of all.
std::optional<Format> format_of(std::string_view bytes);

struct FileSettings {
    hl7::Settings hl7;
    fhir::Settings fhir;
    std::optional<CharacterSet> undeclared;  // of HL7 senders who name none
};

// One result for each message of an HL7 file, one for a FHIR document. Text names no patient of its own:
// record_text's read_document() makes an entry of it. kUnsupported "not-records" for anything else.
std::vector<Result<chart::Update>> read_records(std::string_view bytes, const FileSettings& settings);

}  // namespace huizhen::records
