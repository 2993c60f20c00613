#pragma once

// The kinds of folder that cohort.h names; each reader checks its own.

#include <huizhen/node/cases/cohort.h>

namespace huizhen::node {

using SiteFilter = std::optional<std::string>;

Result<Cohort> read_lidc_crops_cohort(const std::filesystem::path& folder, const SiteFilter& site);
Result<Cohort> read_pathology_cohort(const std::filesystem::path& folder, const SiteFilter& site);
Result<Cohort> read_own_cohort(const std::filesystem::path& folder, std::string_view task,
                               const SiteFilter& site);

// kNotFound for a site that nobody in the folder belongs to, naming those there are.
Error no_such_site(const std::string& site, std::vector<std::string> there);

}  // namespace huizhen::node
