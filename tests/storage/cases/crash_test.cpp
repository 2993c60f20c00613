// kill -9 at random moments of receiving, completing, diagnosing and signing: every acknowledged image and
// message is there, what was half done never was, and every case ends diagnosed once.

#include <chrono>
#include <random>
#include <thread>

#include <unistd.h>

#include <huizhen/cases/erasure.h>
#include <huizhen/storage_test/child.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

struct Node {
    vault::KeyRing ring = test_ring();
    std::unique_ptr<database::Connection> db;
    std::unique_ptr<objects::Store> store;
    std::optional<audit::Log> log;
    std::unique_ptr<CaseBook> book;

    Status start(const std::filesystem::path& folder) {
        HZ_ASSIGN(db, database::Connection::open(folder / "x.db", database::Access::kWrite));
        HZ_ASSIGN(store, objects::Store::open(folder / "objects", ring, system_random()));
        HZ_ASSIGN(audit::Log opened, audit::Log::open(*db, test_seed(), system_clock(), system_random()));
        log.emplace(std::move(opened));
        HZ_ASSIGN(book, CaseBook::open({*db, ring, *store, *log, system_clock(), system_random()}));
        return {};
    }

    // Three images of a case and a message, acknowledged together.
    Status receive(int study) {
        const auto patient = sample::patient(std::to_string(study));
        std::vector<NewInstance> images;
        for (int i = 1; i <= 3; ++i) {
            const std::string bytes = std::to_string(study) + " " + std::to_string(i);
            HZ_ASSIGN(const auto object, store->put(vault::view_of(bytes)));
            images.push_back(sample::image(patient, study, 1, i, object));
        }
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_TRY(add_instances(*book, transaction, images, kBy));
        HZ_TRY(apply(*book, transaction,
                     sample::update(std::to_string(study), patient,
                                    {sample::lab("lab " + std::to_string(study), study)}),
                     kBy));
        return transaction.commit();
    }

    Status diagnose_all() {
        {
            HZ_ASSIGN(auto transaction, db->begin());
            HZ_TRY(complete_quiet(*book, transaction, std::chrono::milliseconds(0), 1000, kBy));
            HZ_TRY(transaction.commit());
        }
        std::vector<std::int64_t> waiting;
        HZ_TRY(database::each_row(*db, "SELECT id FROM studies WHERE state = 1", {},
                                  [&](const database::Rows& rows) -> Status {
                                      HZ_ASSIGN(waiting.emplace_back(), rows.get<std::int64_t>(0));
                                      return {};
                                  }));
        for (const std::int64_t study : waiting) {
            HZ_ASSIGN(const Case found, read_case(*book, StudyKey{study}));
            NewDiagnosis diagnosis;
            diagnosis.ready = {found.key, found.inputs, found.priority};
            HZ_ASSIGN(diagnosis.inputs, input_hash(*book, found.key));
            HZ_ASSIGN(auto transaction, db->begin());
            HZ_TRY(record_diagnosis(*book, transaction, diagnosis, kBy));
            HZ_TRY(transaction.commit());
        }
        return {};
    }
};

int work_for_ever(const std::filesystem::path& folder, int first, int told) {
    Node node;
    if (!node.start(folder)) return 1;
    const int ready = 0;
    if (::write(told, &ready, sizeof ready) != sizeof ready) return 3;
    for (int study = first;; ++study) {
        if (!node.receive(study)) return 2;
        if (::write(told, &study, sizeof study) != sizeof study) return 3;
        if (study % 3 == 0 && !node.diagnose_all()) return 4;
    }
}

TEST(CasesCrash, everything_acknowledged_survives_a_kill_at_any_moment) {
    const testing::TemporaryFolder folder;
    std::mt19937 random(5);
    std::vector<int> acknowledged;
    for (int round = 0; round < 60; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = storage_test::start_child(
            [&] { return work_for_ever(folder.path(), 1 + round * 10'000, ends[1]); });
        ::close(ends[1]);
        int study = 0;
        const bool at_work = round % 4 != 0;  // the others are killed while they start
        if (at_work) {
            ASSERT_EQ(::read(ends[0], &study, sizeof study), static_cast<ssize_t>(sizeof study));
        }
        // Not to wait for something, but to be at a random place of the child's work.
        std::this_thread::sleep_for(std::chrono::microseconds(random() % (at_work ? 120'000 : 30'000)));
        EXPECT_TRUE(storage_test::kill_child(child));
        while (::read(ends[0], &study, sizeof study) == sizeof study) {
            if (study != 0) acknowledged.push_back(study);
        }
        ::close(ends[0]);
    }
    ASSERT_GT(acknowledged.size(), 20u);

    Node node;
    ASSERT_TRUE(node.start(folder.path()));
    ASSERT_TRUE(remove_unacknowledged(*node.book));
    ASSERT_TRUE(node.diagnose_all());
    for (const int study : acknowledged) {
        const auto key = find_study(*node.book, "1.2.3." + std::to_string(study)).value();
        ASSERT_TRUE(key) << study;
        const Case found = read_case(*node.book, *key).value();
        EXPECT_EQ(found.instances, 3);
        EXPECT_EQ(found.state, CaseState::kDiagnosed);
        EXPECT_EQ(diagnoses_of(*node.book, *key).value().size(), 1u);
        EXPECT_EQ(entries_of(*node.book, *found.patient).value().size(), 1u);
        const auto image = find_instance(*node.book, found.uid + ".1.2").value();
        const auto bytes = node.store->get(image->object, 100);
        ASSERT_TRUE(bytes) << bytes.error().message();
        EXPECT_EQ(std::string(bytes->begin(), bytes->end()), std::to_string(study) + " 2");
    }
    const auto count = [&](const char* sql) { return node.db->value<std::int64_t>(sql).value().value(); };
    EXPECT_EQ(count("SELECT count(*) FROM studies WHERE instances != 3"), 0) << "half a batch";
    EXPECT_EQ(count("SELECT count(*) FROM instances"), 3 * count("SELECT count(*) FROM studies"));
    EXPECT_EQ(count("SELECT count(*) FROM entries"), count("SELECT count(*) FROM studies"));
    EXPECT_EQ(node.store->verify_all(silent_progress(), {}).value().whole,
              static_cast<std::uint64_t>(count("SELECT count(*) FROM instances")))
        << "every object has its row";
    EXPECT_FALSE(audit::verify(*node.db, node.log->public_key()).value().broken);
    EXPECT_TRUE(node.db->check_integrity());
}

}  // namespace
}  // namespace huizhen::cases
