// Every version ever shipped opens, tells what is in it, and goes on (storage_test/versions.h).

#include <huizhen/cases/dead_letters.h>
#include <huizhen/cases/worklist.h>
#include <huizhen/database/backup.h>
#include <huizhen/database/migrations.h>
#include <huizhen/storage_test/versions.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;

TEST_F(CasesTest, every_version_ever_shipped_opens) {
    const auto newest = database::schema_version(*db, "cases").value();
    if (const auto current = storage_test::version_to_write(CASES_VERSIONS, newest); !current.empty()) {
        say(sample::update("1", patient("1"), {sample::lab("a", 1), sample::report("b", "words", "A-1")}));
        say(sample::update("2", patient("1", "Married^Anna"), {sample::lab("a", 2)}));
        auto merge = sample::update("3", patient("1"));
        merge.patients[0].merge = chart::Merge{Phi<chart::PatientId>({"2", "HIS"})};
        say(merge);
        add_signed(1, patient("1"));
        add_study(2, patient("1"), 1);
        add_one(sample::image(patient("1"), 2, 1, 1, put("other")));
        ASSERT_TRUE(change([&](const auto& t) {
            return keep_dead_letter(*book, t, "hl7:LAB", "bad-time: OBX 14", vault::view_of("MSH|"), kBy);
        }));
        ASSERT_TRUE(database::back_up(folder.path() / "x.db", current));
    }
    for (std::int64_t version = 1; version <= newest; ++version) {
        const auto path = storage_test::copy_of_version(CASES_VERSIONS, version, folder.path());
        {
            const auto shipped = database::Connection::open(path, database::Access::kRead).value();
            EXPECT_EQ(database::schema_version(*shipped, "cases").value(), version);
        }
        reopen(path);
        EXPECT_EQ(database::schema_version(*db, "cases").value(), newest);
        EXPECT_EQ(patient_with("1"), patient_with("2"));
        EXPECT_EQ(entries_of(*book, patient_with("1")).value().size(), 2u);
        EXPECT_EQ(past_of(*book, patient_with("1")).value().size(), 2u);
        EXPECT_EQ(the_case(study(1)).state, CaseState::kSigned);
        EXPECT_EQ(opinions_of(*book, study(1)).value().size(), 1u);
        EXPECT_EQ(read_diagnosis(*book, diagnoses_of(*book, study(1)).value().at(0)).value().content.size(),
                  22u);
        EXPECT_EQ(open_conflicts(*book, {}, 10).value().at(0).held, 1);
        EXPECT_EQ(dead_letters(*book, LetterState::kOpen, {}, 10).value().size(), 1u);
        EXPECT_EQ(worklist(*book, {}).value().cases.size(), 2u);
        say(sample::update("4", patient("1"), {sample::lab("c", 3)}));
        add_study(3, patient("1"));
        EXPECT_TRUE(audit_is_whole());
        EXPECT_TRUE(db->check_integrity());
    }
}

}  // namespace
}  // namespace huizhen::cases
