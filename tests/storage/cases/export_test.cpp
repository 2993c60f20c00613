#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include <huizhen/cases/export.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

namespace fs = std::filesystem;
using sample::patient;
using sample::update;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class ExportTest : public CasesTest {
  protected:
    Status export_to(const fs::path& target, const std::stop_token& stop = {}) {
        return export_patient(*book, patient_with("1"), target, clock.now(), silent_progress(), stop);
    }
};

TEST_F(ExportTest, all_of_one_patient_and_nothing_of_another) {
    say(update("1", patient("1"), {sample::lab("a", 1), sample::report("b", "阴性")}));
    say(update("2", patient("1"), {sample::lab("a", 2)}));
    say(update("3", patient("2", "Other^Bea"), {sample::lab("z", 9)}));
    add_study(2, patient("2", "Other^Bea"));
    add_study(1, patient("1"));
    const auto ready = complete();
    const Recorded recorded = diagnose(ready.at(1), 1, false, {{"sr", put("a report")}});
    ASSERT_TRUE(sign(recorded.key));
    add_one(sample::image(patient("1"), 1, 1, 1, put("differs")));

    const fs::path target = folder.path() / "export";
    ASSERT_TRUE(export_to(target));
    const auto manifest = nlohmann::json::parse(content_of(target / "manifest.json"));
    EXPECT_EQ(manifest["format"], "huizhen-export 1");
    std::vector<std::string> paths;
    for (const auto& file : manifest["files"]) {
        const std::string path = file["path"], bytes = content_of(target / path);
        paths.push_back(path);
        EXPECT_EQ(file["bytes"], bytes.size());
        EXPECT_EQ(file["sha256"], to_hex(sha256(std::as_bytes(std::span(bytes))))) << path;
        EXPECT_EQ(bytes.find("Bea"), std::string::npos);
        EXPECT_EQ(fs::status(target / path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    }
    EXPECT_EQ(fs::status(target / "cases").permissions(), fs::perms::owner_all);
    EXPECT_EQ(paths,
              (std::vector<std::string>{"patient.json", "entries.jsonl", "cases/1/instances/1.dcm",
                                        "cases/1/instances/2.dcm", "cases/1/instances/3.dcm",
                                        "cases/1/held/4.dcm", "cases/1/case.json", "cases/1/diagnoses/1-1-sr",
                                        "cases/1/diagnoses/1.json", "cases/1/opinions/1-sign-off.json"}));
    EXPECT_EQ(content_of(target / "cases/1/instances/2.dcm"), "image 1.2");
    EXPECT_EQ(content_of(target / "cases/1/held/4.dcm"), "differs");
    const std::string entries = content_of(target / "entries.jsonl");
    EXPECT_EQ(std::ranges::count(entries, '\n'), 3) << "every version";
    EXPECT_NE(entries.find("阴性"), std::string::npos);
    const auto exported = nlohmann::json::parse(content_of(target / "patient.json"));
    EXPECT_EQ(exported["ids"][0]["value"], "1");
    EXPECT_TRUE(export_to(target).error().message().starts_with("already-there: "));
}

TEST_F(ExportTest, an_export_that_fails_leaves_nothing) {
    add_study(1, patient("1"));
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(export_to(folder.path() / "a", source.get_token()).error().code(), ErrorCode::kCancelled);
    ASSERT_TRUE(store->remove(put("image 1.2")));
    EXPECT_EQ(export_to(folder.path() / "b").error().code(), ErrorCode::kNotFound);
    for (const char* name : {"a", "b", "a.partial", "b.partial"})
        EXPECT_FALSE(fs::exists(folder.path() / name));
    EXPECT_EQ(export_patient(*book, PatientKey{99}, folder.path() / "c", clock.now()).error().code(),
              ErrorCode::kNotFound);
}

}  // namespace
}  // namespace huizhen::cases
