#pragma once

#include <span>
#include <string>

#include <huizhen/base/error.h>

namespace huizhen::fhir {

// The body of an answer. HTTP's status goes with it: 200, or http_status() of the error.
std::string operation_outcome(const Error& error);
std::string operation_outcome(std::span<const std::string> warnings);  // none: "all ok"

// 400 for what is no FHIR, 422 for FHIR that breaks a rule, 413, 503 while overloaded, 500.
int http_status(const Error& error);

}  // namespace huizhen::fhir
