#pragma once

// diagnosis.json: packaging/docs/diagnosis.md describes it, diagnosis.schema.json is its schema.

#include <string>
#include <vector>

#include <huizhen/node/diagnosis/finding.h>

namespace huizhen::node {

// Raised by one when a reader of an earlier version could misread a document; additions keep it.
inline constexpr int kDocumentVersion = 1;

// UTF-8 JSON, indented. `files`: the names beside the document in its folder.
std::string to_json(const Diagnosis& diagnosis, const std::vector<std::string>& files);

}  // namespace huizhen::node
