#include "case_rows.h"
#include "core.h"
#include "schema.h"

namespace huizhen::cases {

namespace {

std::unique_ptr<Core> core_of(database::Connection& connection, const vault::KeyRing& ring,
                              const objects::Store& store, Options options) {
    return std::make_unique<Core>(
        Core{&connection, &ring, &store, ring.derive("cases search"), std::move(options)});
}

}  // namespace

CaseReader::CaseReader(std::unique_ptr<Core> core) : core_(std::move(core)) {}
CaseReader::~CaseReader() = default;

Result<std::unique_ptr<CaseReader>> CaseReader::open(database::Connection& connection,
                                                     const vault::KeyRing& ring, const objects::Store& store,
                                                     Options options) {
    HZ_ASSIGN(const std::int64_t version, database::schema_version(connection, kComponent));
    if (version != static_cast<std::int64_t>(schema().size())) {
        return fail(ErrorCode::kUnsupported, "cases-not-migrated: " + connection.path().string() +
                                                 " is at version " + std::to_string(version) +
                                                 ", this program reads " + std::to_string(schema().size()));
    }
    return std::unique_ptr<CaseReader>(new CaseReader(core_of(connection, ring, store, std::move(options))));
}

Result<std::unique_ptr<CaseBook>> CaseBook::open(const Parts& parts, Options options) {
    HZ_TRY(database::migrate(parts.connection, kComponent, schema(), parts.clock));
    auto core = core_of(parts.connection, parts.ring, parts.store, std::move(options));
    core->writable_store = &parts.store;
    core->log = &parts.log;
    core->clock = &parts.clock;
    core->random = &parts.random;
    return std::unique_ptr<CaseBook>(new CaseBook(std::move(core)));
}

Result<std::int64_t> next_number(const Core& core) {
    HZ_ASSIGN(const auto number,
              db(core).value<std::int64_t>("UPDATE case_numbers SET last = last + 1 RETURNING last"));
    if (!number) return fail(ErrorCode::kIntegrity, "database-damaged: the cases' counter is gone");
    return *number;
}

Sha256Digest audit_handle(const Core& core, PatientKey patient) {
    return vault::keyed_hash(core.search, {"patient row", std::to_string(patient.value)});
}

Status record(const Core& core, const Transaction& transaction, std::string_view what, const By& by,
              std::optional<PatientKey> about, std::string_view why) {
    audit::Event event{by.who, std::string(what), by.from, std::string(why.empty() ? by.why : why), {}};
    if (about) {
        HZ_ASSIGN(event.about, core.log->reference_of(transaction, audit_handle(core, *about)));
    }
    return core.log->append(transaction, event);
}

Result<Sha256Digest> get_hash(const Rows& rows, int column) {
    HZ_ASSIGN(const Blob bytes, rows.get<Blob>(column));
    Sha256Digest hash{};
    if (bytes.size() != hash.size()) {
        return fail(ErrorCode::kIntegrity, "case-malformed: a hash has another length");
    }
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

Status record_access(CaseBook& book, const Transaction& transaction, StudyKey study, std::string_view what,
                     const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow row, read_study_row(core, study));
    return record(core, transaction, what, by, row.patient);
}

Status record_access(CaseBook& book, const Transaction& transaction, PatientKey patient,
                     std::string_view what, const By& by) {
    return record(writing(book, transaction), transaction, what, by, patient);
}

}  // namespace huizhen::cases
