// This project's network as a program, for tests/interop/dicom_network.py and by hand.
//
//     network_tool serve PORT FOLDER CALLING_AE          until its standard input ends; one line per event
//     network_tool echo|store|find|get|move|commit|report HOST PORT TITLE ARGUMENT...

#include <cstdio>
#include <fstream>
#include <mutex>

#include <huizhen/dicom_network/client.h>
#include <huizhen/dicom_network/server.h>

namespace {

using namespace huizhen;
using namespace huizhen::imaging;

constexpr std::uint32_t kPatientId = 0x00100020, kPatientName = 0x00100010, kStudyUid = 0x0020000D;
constexpr std::chrono::seconds kPatience{10};

void say(const std::string& line) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

class FolderSink final : public InstanceSink {
  public:
    explicit FolderSink(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Status store(const InstanceHeader& header, std::span<const std::byte> file) override {
        std::ofstream out(folder_ / header.sop_instance_uid, std::ios::binary);
        out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
        say("stored " + header.sop_instance_uid);
        if (out) return {};
        return fail(ErrorCode::kIo, "not written");
    }

  private:
    std::filesystem::path folder_;
};

class Teller final : public NetworkObserver {
  public:
    void refused(const Refusal& refusal) override {
        say("refused " + std::string(refusal_name(refusal.reason)));
    }
    void accepted(const std::string&, const std::string&) override {}
    void ended(const AssociationSummary& summary) override { say(summary.released ? "released" : "broken"); }
};

// What lies in the folder is committed.
class FolderDesk final : public CommitmentDesk {
  public:
    explicit FolderDesk(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Result<CommitmentReport> answer(const std::string&, const CommitmentRequest& request) override {
        CommitmentReport report{request.transaction_uid, {}, {}};
        for (const auto& instance : request.instances) {
            if (exists(folder_ / instance.sop_instance_uid)) {
                report.committed.push_back(instance);
            } else {
                report.failed.push_back({instance, CommitmentFailure::kNoSuchInstance});
            }
        }
        return report;
    }
    void undelivered(const std::string&, const CommitmentReport&) override { say("undelivered"); }
    void reported(const std::string&, const CommitmentReport& report) override { tell(report); }
    static void tell(const CommitmentReport& report) {
        say("reported " + report.transaction_uid + " " + std::to_string(report.committed.size()) + " " +
            std::to_string(report.failed.size()));
    }

  private:
    std::filesystem::path folder_;
};

int failed(const Error& error) {
    std::fprintf(stderr, "%s\n", error.to_string().c_str());
    return 1;
}

int serve(const std::vector<std::string>& words) {
    ServerOptions options;
    options.ae_title = "HUIZHEN";
    options.port = static_cast<std::uint16_t>(std::stoi(words.at(1)));
    options.peers = {{words.at(3), {"127.0.0.1"}, {}}};
    FolderSink sink(words.at(2));
    FolderDesk desk(words.at(2));
    Teller teller;
    auto server = DicomServer::start(options, {sink, teller, &desk});
    if (!server) return failed(server.error());
    say("listening");
    while (std::getchar() != EOF) {
    }
    (*server)->stop(kPatience);
    return 0;
}

int say_outcome(const Result<RetrieveOutcome>& outcome) {
    if (!outcome) return failed(outcome.error());
    say("retrieved " + std::to_string(outcome->status) + " " + std::to_string(outcome->completed) + " " +
        std::to_string(outcome->failed));
    return 0;
}

std::vector<InstanceReference> references(const std::vector<std::string>& words, std::size_t from) {
    std::vector<InstanceReference> instances;
    for (std::size_t i = from; i < words.size(); ++i)
        instances.push_back({"1.2.840.10008.5.1.4.1.1.2", words[i]});
    return instances;
}

int store(const DicomClient& client, const Destination& to, const std::vector<std::string>& words) {
    FileSource files({words.begin() + 4, words.end()});
    const auto outcomes = client.store(to, files);
    if (!outcomes) return failed(outcomes.error());
    for (const auto& outcome : *outcomes) say(outcome.stored() ? "stored" : "not stored: " + outcome.reason);
    return 0;
}

int find(const DicomClient& client, const Destination& to, const std::string& patient) {
    const auto matches =
        client.find(to, {QueryRoot::kStudy,
                         QueryLevel::kStudy,
                         {{kPatientId, Phi<std::string>(patient)}, {kPatientName, {}}, {kStudyUid, {}}}});
    if (!matches) return failed(matches.error());
    for (const auto& match : *matches)
        say("match " +
            match.at(kPatientName).reveal_phi("a synthetic patient's, for the script that made it"));
    return 0;
}

int commit(const DicomClient& client, const Destination& to, const std::vector<std::string>& words) {
    const auto report = client.request_commitment(to, {words.at(4), references(words, 5)}, kPatience);
    if (!report) return failed(report.error());
    if (*report) FolderDesk::tell(**report);
    return 0;
}

int call(const std::vector<std::string>& words) {
    const DicomClient client("HUIZHEN");
    const Destination to{words.at(3), words.at(1), static_cast<std::uint16_t>(std::stoi(words.at(2)))};
    const std::string& what = words.at(0);
    if (what == "store") return store(client, to, words);
    if (what == "find") return find(client, to, words.at(4));
    if (what == "commit") return commit(client, to, words);
    if (what == "get" || what == "move") {
        const Query study{
            QueryRoot::kStudy, QueryLevel::kStudy, {{kStudyUid, Phi<std::string>(words.at(5))}}};
        if (what == "move") return say_outcome(client.move(to, study, words.at(4)));
        FolderSink sink(words.at(4));
        return say_outcome(client.get(to, study, sink));
    }
    const Status status = what == "echo"
                              ? client.echo(to)
                              : client.report_commitment(to, {words.at(4), references(words, 5), {}});
    if (!status) return failed(status.error());
    say("done");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        return !words.empty() && words[0] == "serve" ? serve(words) : call(words);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "usage: see the top of network_tool.cpp (%s)\n", error.what());
        return 2;
    }
}
