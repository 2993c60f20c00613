// Questions to an archive: dcmtk's dcmqrscp, with a phantom in it.

#include <fstream>
#include <future>
#include <thread>

#include <huizhen/dicom/identity.h>

#include "phantom.h"
#include "site.h"

namespace huizhen::imaging::testing_site {
namespace {

namespace fs = std::filesystem;
using huizhen::testing::TemporaryFolder;

constexpr std::uint32_t kPatientName = 0x00100010, kPatientId = 0x00100020, kStudyUid = 0x0020000D,
                        kSeriesUid = 0x0020000E, kModality = 0x00080060;

// An archive ARCHIVE that answers PACS and knows that HUIZHEN listens at `node_port`.
class Archive {
  public:
    explicit Archive(std::uint16_t node_port) : port_(free_port()) {
        fs::create_directory(folder_.path() / "store");
        std::ofstream(folder_.path() / "archive.cfg")
            << "NetworkTCPPort = " << port_ << "\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
            << "HostTable BEGIN\nnode = (HUIZHEN, localhost, " << node_port
            << ")\npacs = (PACS, localhost, 1)\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
            << "AETable BEGIN\nARCHIVE " << (folder_.path() / "store").string()
            << " RW (9, 1024mb) ANY\nAETable END\n";
        program_ = std::make_unique<Beside>(
            std::vector<std::string>{"dcmqrscp", "-q", "-c", (folder_.path() / "archive.cfg").string()},
            port_);
    }
    bool listening() const { return program_->listening(); }
    Destination destination() const { return {"ARCHIVE", "localhost", port_}; }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<Beside> program_;
};

class Queries : public ::testing::Test {
  protected:
    void SetUp() override {
        HZ_NEED_PROGRAM("dcmqrscp");
        site.options.peers.push_back({"ARCHIVE", {"127.0.0.1"}, {}});
        site.start();
        archive = std::make_unique<Archive>(site.port());
        ASSERT_TRUE(archive->listening());
        auto options = phantom::options();
        options.patient_name = "合成^体模";
        phantom::write(folder.path(), phantom::volume(), options);
        files = phantom::files(folder.path());
        FileSource source(files);
        const auto outcomes = client().store(archive->destination(), source);
        ASSERT_TRUE(outcomes) << outcomes.error().to_string();
        for (const auto& outcome : *outcomes) ASSERT_TRUE(outcome.stored()) << outcome.reason;
        series = SeriesOf{outcomes->front().instance.sop_instance_uid};
    }
    struct SeriesOf {
        std::string instance;
    };
    Query studies() const {
        return {QueryRoot::kStudy,
                QueryLevel::kStudy,
                {{kPatientId, Phi<std::string>(phantom::options().patient_id)},
                 {kPatientName, {}},
                 {kStudyUid, {}}}};
    }
    TemporaryFolder folder;
    std::vector<fs::path> files;
    Site site;
    std::unique_ptr<Archive> archive;
    SeriesOf series;
};

TEST_F(Queries, find_gives_matches_in_utf_8) {
    const auto matches = client().find(archive->destination(), studies());
    ASSERT_TRUE(matches) << matches.error().to_string();
    ASSERT_EQ(matches->size(), 1u);
    EXPECT_EQ(matches->front().at(kPatientName).reveal_phi("a test"), "合成^体模");
    Query at_series{QueryRoot::kStudy,
                    QueryLevel::kSeries,
                    {{kStudyUid, matches->front().at(kStudyUid)}, {kSeriesUid, {}}, {kModality, {}}}};
    const auto found = client().find(archive->destination(), at_series);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().at(kModality).reveal_phi("a test"), "CT");
}

TEST_F(Queries, find_without_a_match_is_empty) {
    Query query = studies();
    query.keys[0].value = Phi<std::string>("NOBODY");
    const auto matches = client().find(archive->destination(), query);
    ASSERT_TRUE(matches) << matches.error().to_string();
    EXPECT_TRUE(matches->empty());
}

TEST_F(Queries, get_fetches_the_study_on_the_same_association) {
    const auto matches = client().find(archive->destination(), studies());
    Query study{QueryRoot::kStudy, QueryLevel::kStudy, {{kStudyUid, matches->front().at(kStudyUid)}}};
    MemorySink sink;
    const auto outcome = client().get(archive->destination(), study, sink);
    ASSERT_TRUE(outcome) << outcome.error().to_string();
    EXPECT_TRUE(outcome->complete());
    EXPECT_EQ(outcome->completed, files.size());
    ASSERT_EQ(sink.count(), files.size());
    EXPECT_EQ(sink.at(0).header.calling_ae, "ARCHIVE");
    EXPECT_TRUE(read_identity(sink.at(0).file));
}

TEST_F(Queries, what_the_sink_refuses_in_a_get_is_counted_as_failed) {
    const auto matches = client().find(archive->destination(), studies());
    Query study{QueryRoot::kStudy, QueryLevel::kStudy, {{kStudyUid, matches->front().at(kStudyUid)}}};
    MemorySink sink;
    sink.before = []() -> Status { return fail(ErrorCode::kIo, "full"); };
    const auto outcome = client().get(archive->destination(), study, sink);
    ASSERT_TRUE(outcome) << outcome.error().to_string();
    EXPECT_FALSE(outcome->complete());
    EXPECT_EQ(outcome->completed, 0u);
}

TEST_F(Queries, move_sends_the_study_to_our_server) {
    const auto matches = client().find(archive->destination(), studies());
    Query study{QueryRoot::kStudy, QueryLevel::kStudy, {{kStudyUid, matches->front().at(kStudyUid)}}};
    const auto outcome = client().move(archive->destination(), study, "HUIZHEN");
    ASSERT_TRUE(outcome) << outcome.error().to_string();
    EXPECT_TRUE(outcome->complete()) << outcome->status << site.notes.text();
    EXPECT_EQ(outcome->completed, files.size());
    EXPECT_EQ(site.sink.count(), files.size());
    const auto unknown = client().move(archive->destination(), study, "NOBODY");
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->status, 0xA801);
}

TEST_F(Queries, a_stop_during_a_get_cancels_it) {
    const auto matches = client().find(archive->destination(), studies());
    Query study{QueryRoot::kStudy, QueryLevel::kStudy, {{kStudyUid, matches->front().at(kStudyUid)}}};
    std::stop_source stop;
    MemorySink sink;
    sink.before = [&]() -> Status {
        stop.request_stop();
        return {};
    };
    const auto outcome = client().get(archive->destination(), study, sink, stop.get_token());
    // Where the archive had sent everything before it read the cancellation, it is complete.
    if (outcome) {
        EXPECT_TRUE(outcome->status == 0xFE00 || outcome->complete()) << outcome->status;
    } else {
        EXPECT_EQ(outcome.error().code(), ErrorCode::kCancelled);
    }
}

TEST(Client, a_peer_that_does_not_offer_it_is_named_so) {
    Site site;
    site.start();
    const auto matches = client().find(site.destination(), {QueryRoot::kPatient, QueryLevel::kPatient, {}});
    ASSERT_FALSE(matches);
    EXPECT_EQ(matches.error().code(), ErrorCode::kUnsupported);
}

TEST(Client, nobody_there_is_unavailable) {
    const auto said = client().echo({"HUIZHEN", "127.0.0.1", free_port()});
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code(), ErrorCode::kUnavailable);
}

TEST(Client, a_stop_ends_a_call_that_waits) {
    Site site;
    std::promise<void> inside, go_on;
    site.sink.before = [&]() -> Status {
        inside.set_value();
        go_on.get_future().wait();
        return {};
    };
    site.start();
    const TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    FileSource source({phantom::files(folder.path()).front()});
    std::stop_source stop;
    std::thread stopper([&] {
        inside.get_future().wait();
        stop.request_stop();
    });
    const auto outcomes = client().store(site.destination(), source, stop.get_token());
    go_on.set_value();
    stopper.join();
    ASSERT_TRUE(outcomes);
    EXPECT_FALSE(outcomes->front().status);
    EXPECT_NE(outcomes->front().reason.find("stopped"), std::string::npos) << outcomes->front().reason;
}

TEST(Client, objects_are_rewritten_for_peers_that_take_implicit_vr_alone) {
    HZ_NEED_PROGRAM("storescp");
    const TemporaryFolder folder, received;
    phantom::write(folder.path(), phantom::volume());
    const std::uint16_t port = free_port();
    const Beside archive({"storescp", "-q", "+xi", "-od", received.path().string(), std::to_string(port)},
                         port);
    ASSERT_TRUE(archive.listening());
    const auto files = phantom::files(folder.path());
    FileSource source(files);
    const auto outcomes = client().store({"ANY", "localhost", port}, source);
    ASSERT_TRUE(outcomes) << outcomes.error().to_string();
    for (const auto& outcome : *outcomes) EXPECT_TRUE(outcome.stored()) << outcome.reason;
    const auto got = phantom::files(received.path());
    ASSERT_EQ(got.size(), files.size());
    const auto bytes = phantom::read_bytes(got.front());
    EXPECT_EQ(read_identity(std::as_bytes(std::span(bytes)))->transfer_syntax_uid, "1.2.840.10008.1.2");
}

}  // namespace
}  // namespace huizhen::imaging::testing_site
