#pragma once

#include <huizhen/audit/verify.h>
#include <huizhen/cases/conflicts.h>
#include <huizhen/cases/opinions.h>
#include <huizhen/cases/patients.h>
#include <huizhen/storage_test/counting_random.h>
#include <huizhen/test_support/data.h>

#include "sample.h"

namespace huizhen::cases {

using namespace std::chrono_literals;

inline const By kBy{"user:li.wei", "10.0.0.1", "ward round"};

inline Secret<32> test_seed() {
    Secret<32> seed;
    std::ranges::fill(seed.mutable_bytes(), std::uint8_t{1});
    return seed;
}

// The same in every run, so that a database of another one opens.
inline vault::KeyRing test_ring() {
    storage_test::CountingRandom random;
    return vault::KeyRing::generate(random);
}

class CasesTest : public ::testing::Test {
  protected:
    CasesTest() { clock.advance(100h); }

    objects::ObjectName put(const std::string& text) { return store->put(vault::view_of(text)).value(); }
    // On another database, or the same one under another limit.
    void reopen(const std::filesystem::path& path, const database::Options& limits = {}) {
        book.reset();
        log.reset();
        db.reset();
        db = database::Connection::open(path, database::Access::kWrite, limits).value();
        log.emplace(audit::Log::open(*db, test_seed(), clock, system_random()).value());
        book = CaseBook::open({*db, ring, *store, *log, clock, system_random()}).value();
    }
    // What `change` does in a transaction of its own, committed unless it fails.
    template <typename Change>
    auto change(Change what) -> decltype(what(std::declval<const Transaction&>())) {
        auto transaction = db->begin().value();
        auto done = what(transaction);
        if (done) {
            EXPECT_TRUE(transaction.commit());
        }
        return done;
    }
    std::vector<Result<Stored>> add(const std::vector<NewInstance>& images) {
        return change([&](const auto& t) { return add_instances(*book, t, images, kBy); }).value();
    }
    Outcome add_one(const NewInstance& image) { return add({image})[0].value().outcome; }
    StudyKey study(int number) {
        return find_study(*book, "1.2.3." + std::to_string(number)).value().value();
    }
    // A study of so many images, one series.
    StudyKey add_study(int number, const chart::Patient& patient, int images = 3,
                       const std::string& accession = "") {
        std::vector<NewInstance> all;
        for (int i = 1; i <= images; ++i) {
            all.push_back(sample::image(patient, number, 1, i,
                                        put("image " + std::to_string(number) + "." + std::to_string(i)),
                                        accession));
        }
        add(all);
        return study(number);
    }
    Case the_case(StudyKey key) { return read_case(*book, key).value(); }
    Applied say(const chart::Update& update) {
        return change([&](const auto& t) { return apply(*book, t, update, kBy); }).value();
    }
    PatientKey patient_with(const std::string& number, const std::string& authority = "HIS") {
        const auto found = find_patient(*book, {number, authority}).value();
        return found.value_or(PatientKey{-1});
    }
    std::string name_of(PatientKey key) {
        return read_patient(*book, key).value().patient.name.reveal_phi("a test");
    }
    std::vector<Ready> complete() {
        clock.advance(1h);
        return change([&](const auto& t) { return complete_quiet(*book, t, 1h, 100, kBy); }).value();
    }
    Recorded diagnose(const Ready& ready, std::uint8_t model = 1, bool needs_review = false,
                      std::vector<ResultObject> objects = {}) {
        NewDiagnosis diagnosis;
        diagnosis.ready = ready;
        diagnosis.model.fill(model);
        diagnosis.inputs = input_hash(*book, ready.study).value();
        const std::string content = R"({"finding":"a nodule"})";
        diagnosis.content.assign(content.begin(), content.end());
        diagnosis.needs_review = needs_review;
        diagnosis.objects = std::move(objects);
        return change([&](const auto& t) { return record_diagnosis(*book, t, diagnosis, kBy); }).value();
    }
    Result<OpinionKey> sign(DiagnosisKey diagnosis) {
        return change([&](const auto& t) { return sign_off(*book, t, diagnosis, Bytes{'o', 'k'}, kBy); });
    }
    // Received, complete, diagnosed and signed.
    StudyKey add_signed(int number, const chart::Patient& patient) {
        const StudyKey key = add_study(number, patient);
        for (const Ready& ready : complete()) EXPECT_TRUE(sign(diagnose(ready).key));
        return key;
    }
    std::int64_t count(const std::string& table) {
        return db->value<std::int64_t>("SELECT count(*) FROM " + table).value().value();
    }
    bool audit_is_whole() { return !audit::verify(*db, log->public_key()).value().broken; }
    std::int64_t audited(std::string_view what) {
        return db->value<std::int64_t>("SELECT count(*) FROM audit_entries WHERE what = ?1", {what})
            .value()
            .value();
    }

    testing::TemporaryFolder folder;
    vault::KeyRing ring = test_ring();
    ManualClock clock;
    std::unique_ptr<database::Connection> db =
        database::Connection::open(folder.path() / "x.db", database::Access::kWrite).value();
    std::unique_ptr<objects::Store> store =
        objects::Store::open(folder.path() / "objects", ring, system_random()).value();
    std::optional<audit::Log> log = audit::Log::open(*db, test_seed(), clock, system_random()).value();
    std::unique_ptr<CaseBook> book = CaseBook::open({*db, ring, *store, *log, clock, system_random()},
                                                    {.same_authority = {{"1.2.840.99", "HIS"}}})
                                         .value();
};

}  // namespace huizhen::cases
