#pragma once

// Images on their way in. Put an instance's bytes into the object store first, then add a batch of them here:
// one commit, one flush for all, and success to every peer after it.

#include <span>

#include <huizhen/cases/studies.h>

namespace huizhen::cases {

struct NewInstance {
    std::string study_uid, series_uid, uid, class_uid, transfer_syntax;
    StudyDescription study;    // of the first instance; later ones must name the same patient
    SeriesDescription series;  // of the first instance
    objects::ObjectName object;
    std::int64_t bytes = 0, number = 0;
};

enum class Outcome {
    kAdded,
    kAgain,     // the same bytes under the same UID: acknowledged, nothing changed
    kConflict,  // kept aside until a person has decided (conflicts.h): acknowledged too, nothing overwritten
};

struct Stored {
    Outcome outcome = Outcome::kAdded;
    StudyKey study;
};

// One answer for each, in order. Refused are kMalformedInput, "bad-uid", and kNotFound, "object-missing": its
// object is not in the store (any more): put it again. A refusal leaves the others and the transaction whole.
// A case whose images were complete is receiving again.
Result<std::vector<Result<Stored>>> add_instances(CaseBook& book, const Transaction& transaction,
                                                  std::span<const NewInstance> instances, const By& by);

}  // namespace huizhen::cases
