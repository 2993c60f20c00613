// FHIR's own examples, the corpus of its validator with its malformed files, and synthetic patients: each is
// read or refused by name.

#include <iostream>
#include <map>

#include <huizhen/base/file.h>
#include <huizhen/fhir/operation_outcome.h>
#include <huizhen/test_support/data.h>

#include "resources.h"

namespace huizhen::fhir {
namespace {

namespace fs = std::filesystem;

struct Tally {
    int files = 0, read = 0, patients = 0, entries = 0;
    std::map<std::string, std::pair<int, std::string>>
        refused;  // by the reason's first word: how many, the first

    int refusals(const char* word) const {
        const auto found = refused.find(word);
        return found == refused.end() ? 0 : found->second.first;
    }
};

Tally read_all(const fs::path& root) {
    std::vector<fs::path> paths;
    for (const auto& each : fs::recursive_directory_iterator(root)) {
        if (each.is_regular_file()) paths.push_back(each.path());
    }
    std::sort(paths.begin(), paths.end());
    Tally tally;
    for (const fs::path& path : paths) {
        const auto bytes = read_file(path, 64 << 20).value();
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const auto update = to_update(text, {});
        ++tally.files;
        if (!update) {
            EXPECT_NE(update.error().code(), ErrorCode::kInternal) << path;
            EXPECT_NE(update.error().message().find(": "), std::string::npos) << path;
            EXPECT_GE(http_status(update.error()), 400) << path;
            auto& [count, first] = tally.refused[first_word(update.error())];
            if (count++ == 0) first = path.filename().string();
            continue;
        }
        ++tally.read;
        tally.patients += static_cast<int>(update->patients.size());
        for (const auto& patient : update->patients) {
            EXPECT_FALSE(patient.patient.ids.empty()) << path;
            tally.entries += static_cast<int>(patient.entries.size());
        }
    }
    std::cout << root.filename().string() << ": " << tally.files << " files, " << tally.read << " read, "
              << tally.patients << " patients, " << tally.entries << " entries; refused:\n";
    for (const auto& [word, what] : tally.refused)
        std::cout << "  " << word << "  " << what.first << "  (" << what.second << ")\n";
    return tally;
}

TEST(FhirCorpus, the_standards_examples_are_read) {
    const Tally tally = read_all(HZ_NEED_DATA(testing::unpacked("emr/fhir-r4-examples.tar.xz")));
    EXPECT_EQ(tally.files, 217);
    EXPECT_EQ(tally.read, 182);
    EXPECT_EQ(tally.refusals("nothing-to-keep"), 27);      // allergies, specimens, images
    EXPECT_EQ(tally.refusals("unresolved-reference"), 7);  // observations of nobody
}

TEST(FhirCorpus, the_validators_cases_are_read_or_refused_by_name) {
    const Tally tally = read_all(HZ_NEED_DATA(testing::unpacked("emr/fhir-test-cases.tar.xz")));
    EXPECT_EQ(tally.files, 1160);
    EXPECT_EQ(tally.read, 50);
    EXPECT_EQ(tally.refusals("fhir-xml"), 241);
    EXPECT_EQ(tally.refusals("not-json"), 19);
    EXPECT_EQ(tally.refusals("not-fhir"), 21);
    EXPECT_EQ(tally.refusals("wrong-type"), 1);
    EXPECT_EQ(tally.refusals("no-patient-id"), 6);
    EXPECT_EQ(tally.refusals("unresolved-reference"), 18);
    EXPECT_EQ(tally.refusals("nothing-to-keep"), 804);  // most are outcomes, profiles and value sets
}

TEST(FhirCorpus, synthetic_patients_are_read) {
    const Tally tally = read_all(HZ_NEED_DATA(testing::unpacked("emr/synthea-fhir-r4.tar.xz")));
    EXPECT_EQ(tally.files, 22);
    EXPECT_EQ(tally.read, 20);
    EXPECT_EQ(tally.patients, 20);
    EXPECT_EQ(tally.entries, 3476);
}

}  // namespace
}  // namespace huizhen::fhir
