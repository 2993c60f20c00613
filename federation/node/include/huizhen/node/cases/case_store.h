#pragma once

// The cases a hospital has set aside for learning, one sealed file a task: DIR/cases/ct-crops-1.cases. Within
// the seal patients have marks under the site's key, no names. Replaced whole or not at all.

#include <filesystem>

#include <huizhen/base/random_source.h>
#include <huizhen/learning/case_set.h>
#include <huizhen/node/cases/cohort.h>
#include <huizhen/vault/key_ring.h>

namespace huizhen::node {

struct ImportCounts {
    std::size_t added = 0, changed = 0, unchanged = 0, removed = 0;
    learning::CaseCounts now;
};

enum class ImportMode {
    kAdd,      // to what is there; a case that is there already is changed where it differs
    kReplace,  // what is there and not in the cohort goes
};

// One thread at a time; the ring and the random source outlive it.
class CaseStore {
  public:
    CaseStore(std::filesystem::path state, const vault::KeyRing& ring, RandomSource& random)
        : folder_(std::move(state) / "cases"), ring_(ring), random_(random) {}

    // On the disk when it returns; an import of the same again changes no byte. kUnavailable, "in-use":
    // another import is running. kInvalidArgument: a cohort without cases.
    Result<ImportCounts> import(const Cohort& cohort, ImportMode mode);

    // kNotFound: nothing was imported for the task. kIntegrity, kPermissionDenied: the file was changed, or
    // sealed under other keys.
    Result<learning::CaseSet> load(std::string_view task) const;

    std::filesystem::path file_of(std::string_view task) const;

  private:
    std::filesystem::path folder_;
    const vault::KeyRing& ring_;
    RandomSource& random_;
};

}  // namespace huizhen::node
