// What a thief of the disk can read.

#include <fstream>
#include <iterator>

#include <huizhen/cases/dead_letters.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;

TEST_F(CasesTest, nothing_on_the_disk_tells_of_a_patient) {
    say(sample::update("MSGNUMBER1", patient("PATNUMBER1", "Secretname^Anna", "1951-11-12"),
                       {sample::report("SOURCEID1", "secret words"), sample::lab("b", 123456.5)}));
    say(sample::update("2", patient("PATNUMBER1", "Newsecret^Anna")));
    add_study(1, patient("PATNUMBER1", "Secretname^Anna", "1951-11-12"), 1, "ACCESSION1");
    ASSERT_EQ(add_one(sample::image(patient("PATNUMBER1"), 1, 1, 1, put("secret words"))),
              Outcome::kConflict);
    ASSERT_TRUE(change([&](const auto& t) {
        return keep_dead_letter(*book, t, "s", "r", vault::view_of("secret words"), kBy);
    }));
    db.reset();
    for (const char* secret :
         {"PATNUMBER1", "ACCESSION1", "Secretname", "Newsecret", "secret words", "1951-11-12", "SOURCEID1",
          "MSGNUMBER1", "123456.5", "Thorax", "lung kernel"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            EXPECT_EQ(bytes.find(secret), std::string::npos) << secret << " in " << entry.path();
        }
    }
}

TEST_F(CasesTest, a_sealed_value_in_another_row_does_not_open) {
    say(sample::update("1", patient("1", "One^Anna")));
    say(sample::update("2", patient("2", "Two^Bea")));
    ASSERT_TRUE(
        db->run("UPDATE patients SET sealed = (SELECT sealed FROM patients WHERE id = ?1) WHERE id = ?2",
                {patient_with("1").value, patient_with("2").value}));
    const auto read = read_patient(*book, patient_with("2"));
    EXPECT_EQ(read.error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(read.error().message().find("Anna"), std::string::npos);
}

TEST_F(CasesTest, a_new_wrapping_key_reads_what_was_sealed_before) {
    say(sample::update("1", patient("1", "One^Anna")));
    ASSERT_TRUE(ring.add_wrapping_key(system_random()));
    EXPECT_EQ(name_of(patient_with("1")), "One^Anna");
    say(sample::update("2", patient("1", "New^Anna")));
    EXPECT_EQ(name_of(patient_with("1")), "New^Anna");
    EXPECT_EQ(past_of(*book, patient_with("1")).value().size(), 1u);
}

}  // namespace
}  // namespace huizhen::cases
