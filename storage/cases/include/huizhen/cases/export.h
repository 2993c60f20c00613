#pragma once

// All there is of one patient, in a folder of plain files. Unsealed: whoever calls it answers for the folder,
// and records the access first.
//   manifest.json              "huizhen-export 1", and of every file its path, bytes and SHA-256
//   patient.json               ids, name, birth, sex; what was said before; merges
//   entries.jsonl              one entry a line, every version
//   cases/1/case.json          the study, its series and instances
//   cases/1/instances/1.dcm ...
//   cases/1/diagnoses/1.json, 1-sr ...  opinions/1-correction.json, 2-sign-off.json

#include <filesystem>

#include <huizhen/base/progress.h>
#include <huizhen/cases/case_book.h>

namespace huizhen::cases {

// Written beside as FOLDER.partial and given its name when it is whole; memory stays flat. kInvalidArgument,
// "already-there". After a failure the partial folder is removed.
Status export_patient(CaseReader& reader, PatientKey patient, const std::filesystem::path& folder, Time now,
                      ProgressSink& progress = silent_progress(), const std::stop_token& stop = {});

}  // namespace huizhen::cases
