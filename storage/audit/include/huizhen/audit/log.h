#pragma once

// The audit: entries that are only ever added, each hashed over the one before, the last one signed. An entry
// is written in the transaction of the change it tells of, so that neither is there without the other.
//
// What it proves: nobody changed, removed or put in an entry without the signing key. Whoever has that key,
// or puts back a whole older database, is found by a head that was kept elsewhere: see verify.h.

#include <huizhen/audit/event.h>
#include <huizhen/audit/signature.h>
#include <huizhen/base/clock.h>
#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/database/connection.h>

namespace huizhen::audit {

// On one connection, with its thread. Connection, clock and random source outlive it.
class Log {
  public:
    // Brings the database's tables up to this version.
    static Result<Log> open(database::Connection& connection, const Secret<32>& signing_seed,
                            const Clock& clock, RandomSource& random);

    // kLimitExceeded, "audit-too-long"; kInvalidArgument, "audit-incomplete": nobody, or nothing done.
    Status append(const database::Transaction& transaction, const Event& event);
    Status append(const Event& event);  // a transaction of its own

    // The patient's reference, drawn at the first call. `patient` is a keyed hash (vault), never an identity.
    Result<Reference> reference_of(const database::Transaction& transaction,
                                   std::span<const std::uint8_t> patient);

    // Nobody can tell any more whom this patient's entries are about, and their reasons are gone; the chain
    // stays valid. `event` tells of the erasure; its what and about are set here. kNotFound: no such patient.
    Status erase_patient(const database::Transaction& transaction, std::span<const std::uint8_t> patient,
                         Event event);

    PublicKey public_key() const { return signer_.public_key(); }

  private:
    Log(database::Connection& connection, const Secret<32>& seed, const Clock& clock, RandomSource& random)
        : connection_(&connection), signer_(seed), clock_(&clock), random_(&random) {}

    database::Connection* connection_;
    Signer signer_;
    const Clock* clock_;
    RandomSource* random_;
};

}  // namespace huizhen::audit
