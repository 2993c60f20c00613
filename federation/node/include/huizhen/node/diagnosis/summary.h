#pragma once

// The diagnosis for a person at a terminal: plain text, no colour, at most about 100 columns.

#include <string>

#include <huizhen/node/diagnosis/finding.h>

namespace huizhen::node {

// `folder`: where the pictures are, empty without --out.
std::string to_summary(const Diagnosis& diagnosis, const std::string& folder);

}  // namespace huizhen::node
