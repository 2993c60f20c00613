#pragma once

// What a person or another program may read of a site's state, while its daemon runs too.

#include <filesystem>
#include <string>

#include <huizhen/base/clock.h>
#include <huizhen/base/result.h>

namespace huizhen::site {

enum class Form { kText, kJson };

// Enrolment, certificate, connection, rounds, and what was declined and why.
Result<std::string> status_report(const std::filesystem::path& state, Form form, const Clock& clock);
// As text: site.toml with a sentence on every key.
Result<std::string> policy_report(const std::filesystem::path& state, Form form);
// Which model runs for each task, and why.
Result<std::string> models_report(const std::filesystem::path& state, Form form);
// What was spent of the privacy budget.
Result<std::string> ledger_report(const std::filesystem::path& state, Form form);
// Whether every entry of the audit is as it was written, and its head. "audit-broken".
Result<std::string> audit_report(const std::filesystem::path& state, Form form);

}  // namespace huizhen::site
