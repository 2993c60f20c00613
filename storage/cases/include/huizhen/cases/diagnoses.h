#pragma once

// What models said about a case. Only ever added; the same model on the same inputs says it once.

#include <huizhen/base/sha256.h>
#include <huizhen/cases/entries.h>
#include <huizhen/cases/states.h>

namespace huizhen::cases {

inline constexpr std::size_t kMaxDiagnosisBytes = 16 << 20;

struct ResultObject {
    std::string role;  // "sr", "seg", "evidence"
    objects::ObjectName object;
};

struct NewDiagnosis {
    Ready ready;
    Sha256Digest model{}, inputs{};
    Bytes content;  // the caller's words of it, sealed whole
    bool needs_review = false;
    std::vector<ResultObject> objects;  // in the store already
};

struct Recorded {
    DiagnosisKey key;
    bool already = false;  // this model had said it on these inputs: that one stands
    bool current =
        false;  // the case is diagnosed by it; false where its inputs changed meanwhile, or it is signed
};

Result<Recorded> record_diagnosis(CaseBook& book, const Transaction& transaction,
                                  const NewDiagnosis& diagnosis, const By& by);
// Something that was made of a diagnosis afterwards.
Status add_result(CaseBook& book, const Transaction& transaction, DiagnosisKey diagnosis,
                  const ResultObject& result);

struct Diagnosis {
    DiagnosisKey key;
    StudyKey study;
    Time when;
    Sha256Digest model{}, inputs{};
    bool needs_review = false;
    Bytes content;
    std::vector<ResultObject> objects;
};

// Oldest first.
Result<std::vector<DiagnosisKey>> diagnoses_of(CaseReader& reader, StudyKey study);
Result<std::optional<DiagnosisKey>> find_diagnosis(CaseReader& reader, StudyKey study,
                                                   const Sha256Digest& model, const Sha256Digest& inputs);
// kNotFound, "no-such-diagnosis".
Result<Diagnosis> read_diagnosis(CaseReader& reader, DiagnosisKey key);

// Of the images' names, the versions of entries_for(), birth and sex: what a diagnosis of the case now rests
// upon. HMAC-SHA256 under a key of the ring, since birth and sex could be guessed.
Result<Sha256Digest> input_hash(CaseReader& reader, StudyKey study, const Window& window = {});

}  // namespace huizhen::cases
