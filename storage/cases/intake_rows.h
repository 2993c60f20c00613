#pragma once

// Series and instances as rows; a person's decision adds them too.

#include <huizhen/cases/intake.h>

#include "core.h"

namespace huizhen::cases {

// The hash of the number the images come under, where they have one.
std::optional<Sha256Digest> said_id_of(const Core& core, const StudyDescription& study);
// Files the study under the patient its images name, or opens the conflict that says why not.
Result<std::optional<PatientKey>> name_patient(const Core& core, StudyKey study, const StudyDescription& says,
                                               std::string_view who);
Result<SeriesKey> add_series(const Core& core, StudyKey study, const NewInstance& instance);
Status add_instance(const Core& core, SeriesKey series, const NewInstance& instance);
// The case is receiving, and its inputs are other ones.
Status images_arrived(const Core& core, StudyKey study, std::int64_t added);

}  // namespace huizhen::cases
