#pragma once

// The hospital's cases in one database: patients, studies, what the charts say, diagnoses, opinions. The
// headers beside this one each say one part of it.
//
// A reader lives on a reading connection, the book on the writing one; each with its connection's thread.
// What changes something takes the caller's transaction and writes its audit entry within it, so that several
// changes, and the jobs that follow from them, share one commit: what was committed is on the disk, and only
// then may a peer be told. After an error, drop the transaction.
//
// Sealed: whatever says something about a patient. Not sealed, since it is searched or sorted: DICOM UIDs,
// when something arrived, states, who said it. Patient ids and accession numbers are found by
// keyed hashes, so only whole ones.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <huizhen/audit/log.h>
#include <huizhen/cases/keys.h>
#include <huizhen/database/columns.h>
#include <huizhen/objects/store.h>
#include <huizhen/vault/key_ring.h>

namespace huizhen::cases {

using database::Time;
using database::Transaction;
using vault::Bytes;

// Who does something, from where, and why: the audit's words. No patient data in who and from.
struct By {
    std::string who, from, why;
};

struct Options {
    std::string default_authority = "hospital";                       // of ids that name none
    std::vector<std::pair<std::string, std::string>> same_authority;  // other writings: {"1.2.840.99", "HIS"}
};

class CaseReader {
  public:
    // All outlive it. kUnsupported, "cases-not-migrated": a CaseBook has to open the database first.
    static Result<std::unique_ptr<CaseReader>> open(database::Connection& connection,
                                                    const vault::KeyRing& ring, const objects::Store& store,
                                                    Options options = {});
    virtual ~CaseReader();

    struct Core;  // for the sources of this folder
    Core& core() const { return *core_; }

  protected:
    explicit CaseReader(std::unique_ptr<Core> core);

  private:
    std::unique_ptr<Core> core_;
};

class CaseBook final : public CaseReader {
  public:
    struct Parts {
        database::Connection& connection;
        const vault::KeyRing& ring;
        objects::Store& store;
        audit::Log& log;  // on the same connection
        const Clock& clock;
        RandomSource& random;
    };
    // Brings the tables up to this version. All parts outlive it.
    static Result<std::unique_ptr<CaseBook>> open(const Parts& parts, Options options = {});

  private:
    using CaseReader::CaseReader;
};

// Somebody looked: `what` is the audit's word, "open-case".
Status record_access(CaseBook& book, const Transaction& transaction, StudyKey study, std::string_view what,
                     const By& by);
Status record_access(CaseBook& book, const Transaction& transaction, PatientKey patient,
                     std::string_view what, const By& by);

}  // namespace huizhen::cases
