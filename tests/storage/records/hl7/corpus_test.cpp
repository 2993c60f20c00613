// Six hundred messages of other projects, versions 2.2 to 2.8: each is read or refused by name.

#include <iostream>
#include <map>

#include <huizhen/base/file.h>
#include <huizhen/hl7/acknowledgement.h>
#include <huizhen/hl7/batch.h>
#include <huizhen/test_support/data.h>

#include "messages.h"

namespace huizhen::hl7 {
namespace {

namespace fs = std::filesystem;

struct Tally {
    int files = 0, messages = 0, parsed = 0, mapped = 0, entries = 0;
    std::map<std::string, std::vector<std::string>> refused;  // by the reason's first word: where
};

void read_one(std::string_view bytes, const std::string& where, Tally& tally) {
    ++tally.messages;
    Settings settings;
    settings.processing_ids = "PTD";
    const auto refuse = [&](const Error& error) {
        const std::string word = first_word(error);
        EXPECT_FALSE(word.empty()) << where;
        EXPECT_NE(error.message().find(": "), std::string::npos) << where;
        EXPECT_NE(error.code(), ErrorCode::kInternal) << where;
        tally.refused[word].push_back(where);
        const auto envelope = read_envelope(bytes);
        if (!envelope) return;
        const auto answer = acknowledge(*envelope, verdict_of(error), {"1", {}});
        EXPECT_TRUE(!answer || parse(*answer)) << where;
    };
    const auto message = parse(bytes);
    if (!message) return refuse(message.error());
    ++tally.parsed;
    // The tree holds all that was written: its segments are the text's lines.
    std::string joined;
    for (const Segment& segment : message->segments()) joined += segment.raw();
    std::string text(message->text());
    const auto no_line_ends = [](std::string& from) {
        std::erase_if(from, [](char c) { return c == '\r' || c == '\n'; });
    };
    no_line_ends(text);
    no_line_ends(joined);
    EXPECT_EQ(joined, text) << where;
    const auto update = to_update(*message, settings);
    if (!update) return refuse(update.error());
    ++tally.mapped;
    for (const auto& patient : update->patients) {
        EXPECT_FALSE(patient.patient.ids.empty()) << where;
        tally.entries += static_cast<int>(patient.entries.size());
    }
}

void print(const Tally& tally) {
    std::cout << tally.files << " files, " << tally.messages << " messages: " << tally.parsed << " parsed, "
              << tally.mapped << " became updates with " << tally.entries << " entries; refused:\n";
    for (const auto& [word, places] : tally.refused)
        std::cout << "  " << word << "  " << places.size() << "  (" << places.front() << ")\n";
}

TEST(Hl7Corpus, is_read_or_refused_by_name) {
    const fs::path root = HZ_NEED_DATA(testing::unpacked("emr/hl7v2-samples.tar.xz"));
    Tally tally;
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (entry.is_regular_file() && entry.path().filename() != "README.txt") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        ++tally.files;
        const auto bytes = read_file(path, 64 << 20).value();
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        auto messages = split_batch(text);
        if (messages.empty()) messages.push_back(text);
        for (const std::string_view each : messages) read_one(each, path.filename().string(), tally);
    }
    print(tally);
    EXPECT_EQ(tally.files, 594);
    EXPECT_EQ(tally.messages, 690);
    EXPECT_EQ(tally.parsed, 681);
    EXPECT_EQ(tally.mapped, 288);
    // Of what is refused, nothing but these: the messages are of no kind that is read, or lack what each must
    // have.
    const std::vector<std::string> reasons{"encoding-characters", "event",       "message-type",
                                           "no-control-id",       "no-document", "no-patient",
                                           "no-patient-id",       "version"};
    for (const auto& [word, places] : tally.refused)
        EXPECT_NE(std::find(reasons.begin(), reasons.end(), word), reasons.end())
            << word << " " << places.front();
}

}  // namespace
}  // namespace huizhen::hl7
