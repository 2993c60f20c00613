#pragma once

// What the key makes of identifiers: numbers that nobody without it can trace back or guess.

#include <string>
#include <string_view>

#include <huizhen/base/sha256.h>
#include <huizhen/deidentify/deidentify.h>

namespace huizhen::imaging {

// HMAC-SHA-256 (RFC 2104).
Sha256Digest keyed_hash(const DeidentifyKey& key, std::string_view text);

std::string replaced_uid(const DeidentifyKey& key, std::string_view uid);
std::string pseudonym(const DeidentifyKey& key, std::string_view subject);  // "HZ-0123456789ABCDEF"
// Into the past: at least 30 days, less than ten years.
int days_to_shift(const DeidentifyKey& key, std::string_view subject);

// DICOM's own (classes, transfer syntaxes, coding schemes) say nothing about a patient.
inline bool is_standard_uid(std::string_view uid) { return uid.substr(0, 14) == "1.2.840.10008."; }

}  // namespace huizhen::imaging
