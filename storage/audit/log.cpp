#include <huizhen/audit/log.h>
#include <huizhen/audit/verify.h>
#include <huizhen/base/check.h>

#include "chain.h"
#include "schema.h"

namespace huizhen::audit {

using database::Blob;
using database::Transaction;
using database::Value;

namespace {

bool says_who_and_what(const Event& event) { return !event.who.empty() && !event.what.empty(); }

bool within_limits(const Event& event) {
    return event.who.size() <= kMaxFieldBytes && event.what.size() <= kMaxFieldBytes &&
           event.from.size() <= kMaxFieldBytes && event.why.size() <= kMaxWhyBytes;
}

}  // namespace

Result<Log> Log::open(database::Connection& connection, const Secret<32>& signing_seed, const Clock& clock,
                      RandomSource& random) {
    HZ_TRY(database::migrate(connection, kComponent, schema(), clock));
    return Log(connection, signing_seed, clock, random);
}

Status Log::append(const Event& event) {
    HZ_ASSIGN(Transaction transaction, connection_->begin());
    HZ_TRY(append(transaction, event));
    return transaction.commit();
}

Status Log::append(const Transaction& transaction, const Event& event) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the audit's connection");
    if (!says_who_and_what(event)) {
        return fail(ErrorCode::kInvalidArgument, "audit-incomplete: an entry says who did what");
    }
    if (!within_limits(event)) {
        return fail(ErrorCode::kLimitExceeded, "audit-too-long: a field of an entry is over its limit");
    }
    HZ_ASSIGN(const auto head, read_head(*connection_));

    using std::chrono::microseconds;
    Entry entry;
    entry.number = head ? head->number + 1 : 1;
    entry.time_us = std::chrono::duration_cast<microseconds>(clock_->now().time_since_epoch()).count();
    entry.who = event.who;
    entry.what = event.what;
    entry.from = event.from;
    entry.about = event.about;
    std::array<std::uint8_t, 32> salt{};
    random_->fill(salt);
    entry.commitment = commitment_of(salt, event.why);
    const Sha256Digest hash = entry_hash(head ? head->hash : Sha256Digest{}, entry);
    const Signature signature = signer_.sign(head_message(entry.number, hash));

    const Value about = entry.about ? Value(database::BlobView(*entry.about)) : Value();
    HZ_TRY(connection_->run(
        "INSERT INTO audit_entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        {entry.number, entry.time_us, entry.who, entry.what, entry.from, about, entry.commitment, hash}));
    HZ_TRY(
        connection_->run("INSERT INTO audit_reasons VALUES (?1, ?2, ?3)", {entry.number, salt, event.why}));
    return connection_->run(
        "INSERT INTO audit_head VALUES (1, ?1, ?2, ?3) ON CONFLICT (one) DO UPDATE SET "
        "number = excluded.number, hash = excluded.hash, signature = excluded.signature",
        {entry.number, hash, signature});
}

Result<Reference> Log::reference_of(const Transaction& transaction, std::span<const std::uint8_t> patient) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the audit's connection");
    HZ_ASSIGN(const auto found,
              connection_->value<Blob>("SELECT reference FROM audit_patients WHERE patient = ?1", {patient}));
    Reference reference{};
    if (found) {
        std::copy_n(found->begin(), reference.size(), reference.begin());
        return reference;
    }
    random_->fill(reference);
    HZ_TRY(connection_->run("INSERT INTO audit_patients VALUES (?1, ?2)", {patient, reference}));
    return reference;
}

Status Log::erase_patient(const Transaction& transaction, std::span<const std::uint8_t> patient,
                          Event event) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the audit's connection");
    HZ_ASSIGN(const auto found,
              connection_->value<Blob>("SELECT reference FROM audit_patients WHERE patient = ?1", {patient}));
    if (!found) return fail(ErrorCode::kNotFound, "no-such-patient: the audit has no entry about them");
    event.what = kErased;
    event.about.emplace();
    std::copy_n(found->begin(), event.about->size(), event.about->begin());
    HZ_TRY(connection_->run(
        "DELETE FROM audit_reasons WHERE number IN (SELECT number FROM audit_entries WHERE about = ?1)",
        {*found}));
    HZ_TRY(connection_->run("DELETE FROM audit_patients WHERE patient = ?1", {patient}));
    return append(transaction, event);
}

}  // namespace huizhen::audit
