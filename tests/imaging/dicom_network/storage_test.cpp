// Objects that arrive, from dcmtk's programs, our own client and peers that break off.

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include <huizhen/base/file.h>
#include <huizhen/dicom/identity.h>
#include <huizhen/dicom/image.h>
#include <huizhen/dicom_network/storage_classes.h>

#include "command.h"
#include "phantom.h"
#include "raw_peer.h"
#include "site.h"

namespace huizhen::imaging::testing_site {
namespace {

using huizhen::testing::TemporaryFolder;
constexpr const char* kCt = "1.2.840.10008.5.1.4.1.1.2";

std::vector<std::byte> data_set_of(std::span<const std::byte> file) {
    const auto begin = read_identity(file).value().data_set_begin;
    return {file.begin() + static_cast<std::ptrdiff_t>(begin), file.end()};
}

CommandSet store_command(const std::string& instance) {
    CommandSet command(command::kStore, 1);
    command.set_uid(command::kAffectedClass, kCt);
    command.set_uid(command::kAffectedInstance, instance);
    command.set(command::kDataSetType, command::kWithDataSet);
    return command;
}

struct Phantom {
    explicit Phantom(const char* syntax = "1.2.840.10008.1.2.1") {
        phantom::write(folder.path(), phantom::volume());
        if (std::string_view(syntax) != "1.2.840.10008.1.2.1") phantom::transcode(folder.path(), syntax);
        files = phantom::files(folder.path());
    }
    std::vector<std::byte> bytes(std::size_t i) const { return read_file(files.at(i), 1 << 20).value(); }
    TemporaryFolder folder;
    std::vector<std::filesystem::path> files;
};

// What the peer is told in a C-STORE response.
std::uint16_t status_from(RawPeer& peer) {
    const auto [type, content] = peer.receive();
    if (type != 4 || content.size() < 6) return 1;
    const auto command = CommandSet::decode(std::span(content).subspan(6));
    return command ? command->status() : 2;
}

TEST(Storage, a_series_from_storescu_is_received_whole) {
    HZ_NEED_PROGRAM("storescu");
    const Phantom phantom;
    Site site;
    const auto said = run("storescu -aet PACS -aec HUIZHEN +sd 127.0.0.1 " + std::to_string(site.port()) +
                          " '" + phantom.folder.path().string() + "'");
    EXPECT_EQ(said.code, 0) << said.text;
    ASSERT_EQ(site.sink.count(), phantom.files.size());
    const auto ends = site.notes.wait_for_ends(1);
    ASSERT_EQ(ends.size(), 1u);
    EXPECT_TRUE(ends[0].released);
    EXPECT_EQ(ends[0].stored, phantom.files.size());
    for (std::size_t i = 0; i < site.sink.count(); ++i) {
        const Received got = site.sink.at(i);
        EXPECT_EQ(got.header.calling_ae, "PACS");
        EXPECT_EQ(got.header.called_ae, "HUIZHEN");
        EXPECT_EQ(got.header.address, "127.0.0.1");
        const auto identity = read_identity(got.file);
        ASSERT_TRUE(identity) << identity.error().to_string();
        EXPECT_EQ(identity->sop_instance_uid, got.header.sop_instance_uid);
        EXPECT_EQ(identity->series_uid, got.header.series_uid);
        EXPECT_TRUE(read_image(got.file));
    }
}

TEST(Storage, echoscu_is_answered) {
    HZ_NEED_PROGRAM("echoscu");
    Site site;
    const auto said = run("echoscu -aet PACS -aec HUIZHEN 127.0.0.1 " + std::to_string(site.port()));
    EXPECT_EQ(said.code, 0) << said.text;
    EXPECT_TRUE(client().echo(site.destination()));
}

TEST(Storage, every_transfer_syntax_arrives_byte_for_byte) {
    for (const char* syntax : {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
                               "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80"}) {
        const Phantom phantom(syntax);
        Site site;
        site.start();
        FileSource source(phantom.files);
        const auto outcomes = client().store(site.destination(), source);
        ASSERT_TRUE(outcomes) << syntax << ": " << outcomes.error().to_string();
        ASSERT_EQ(outcomes->size(), phantom.files.size());
        for (const auto& outcome : *outcomes)
            EXPECT_TRUE(outcome.stored()) << syntax << ": " << outcome.reason;
        ASSERT_EQ(site.sink.count(), phantom.files.size());
        for (std::size_t i = 0; i < site.sink.count(); ++i) {
            EXPECT_EQ(site.sink.at(i).header.transfer_syntax_uid, syntax);
            EXPECT_EQ(data_set_of(site.sink.at(i).file), data_set_of(phantom.bytes(i))) << syntax << " " << i;
        }
    }
}

TEST(Storage, the_conformance_collection_arrives_byte_for_byte) {
    const auto root = HZ_NEED_DATA(huizhen::testing::unpacked("dicom-conformance/dicom-conformance.tar.xz"));
    Site site;
    site.start();
    std::size_t sent = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) continue;
        auto bytes = read_file(entry.path(), 64 << 20);
        if (!bytes) continue;
        const auto identity = read_identity(*bytes);
        if (!identity || !is_storage_class(identity->sop_class_uid) || !is_uid(identity->sop_instance_uid))
            continue;
        const auto expected = data_set_of(*bytes);
        MemorySource source({std::move(*bytes)});
        const auto outcomes = client().store(site.destination(), source);
        ASSERT_TRUE(outcomes) << entry.path() << ": " << outcomes.error().to_string();
        ASSERT_TRUE(outcomes->front().stored()) << entry.path() << ": " << outcomes->front().reason;
        EXPECT_TRUE(data_set_of(site.sink.at(sent).file) == expected) << entry.path();
        ++sent;
    }
    EXPECT_GT(sent, 30u);
}

TEST(Storage, ten_associations_at_once_lose_nothing) {
    const Phantom phantom;
    std::atomic<int> inside = 0, most = 0;
    Site site;
    std::latch all(10);
    site.sink.before = [&]() -> Status {
        const int now = ++inside;
        int seen = most.load();
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
        return {};
    };
    site.start();
    std::vector<std::thread> peers;
    std::atomic<std::size_t> stored = 0;
    for (int i = 0; i < 10; ++i) {
        peers.emplace_back([&] {
            all.arrive_and_wait();
            FileSource source(phantom.files);
            const auto outcomes = client().store(site.destination(), source);
            if (!outcomes) return;
            for (const auto& outcome : *outcomes) stored += outcome.stored();
        });
    }
    for (auto& peer : peers) peer.join();
    EXPECT_EQ(stored, 10 * phantom.files.size());
    EXPECT_EQ(site.sink.count(), 10 * phantom.files.size());
    EXPECT_EQ(site.notes.wait_for_ends(10).size(), 10u);
}

TEST(Storage, the_sinks_errors_reach_the_peer_as_statuses_without_their_message) {
    const Phantom phantom;
    for (const auto& [code, status] : {std::pair{ErrorCode::kIo, 0xA700},
                                       {ErrorCode::kIntegrity, 0xA900},
                                       {ErrorCode::kUnsupported, 0xC000},
                                       {ErrorCode::kPermissionDenied, 0x0124},
                                       {ErrorCode::kInternal, 0x0110}}) {
        Site site;
        site.sink.before = [code = code]() -> Status { return fail(code, "DOE^JOHN is in the way"); };
        site.start();
        MemorySource source({phantom.bytes(0)});
        const auto outcomes = client().store(site.destination(), source);
        ASSERT_TRUE(outcomes);
        EXPECT_EQ(outcomes->front().status, status);
        EXPECT_FALSE(outcomes->front().stored());
        EXPECT_NE(outcomes->front().reason.find(error_code_name(code)), std::string::npos);
        EXPECT_EQ(outcomes->front().reason.find("DOE"), std::string::npos);
        EXPECT_TRUE(site.notes.wait_for(RefusalReason::kNotStored));
    }
}

TEST(Storage, a_sink_that_throws_costs_its_association_alone) {
    const Phantom phantom;
    Site site;
    std::atomic<bool> broken = true;
    site.sink.before = [&]() -> Status {
        if (broken.exchange(false)) throw std::runtime_error("a bug");
        return {};
    };
    site.start();
    FileSource source(phantom.files);
    const auto first = client().store(site.destination(), source);
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->front().status);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kInternal));
    const auto second = client().store(site.destination(), source);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->back().stored());
}

TEST(Storage, an_object_that_is_too_large_is_refused_and_the_next_one_stored) {
    const Phantom phantom, small("1.2.840.10008.1.2.4.70");
    const auto plain = phantom.bytes(0), compressed = small.bytes(0);
    ASSERT_LT(compressed.size() + 16, plain.size());
    Site site([&](ServerOptions& options) { options.limits.max_object_bytes = plain.size() - 16; });
    site.start();
    MemorySource source({plain, compressed});
    const auto outcomes = client().store(site.destination(), source);
    ASSERT_TRUE(outcomes) << outcomes.error().to_string();
    EXPECT_EQ(outcomes->at(0).status, 0xA700);
    EXPECT_EQ(outcomes->at(1).status, 0x0000) << outcomes->at(1).reason;
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kObjectTooLarge));
    EXPECT_EQ(site.sink.count(), 1u);
}

TEST(Storage, when_too_much_is_in_flight_the_peer_may_try_again) {
    const Phantom phantom;
    Site site([&](ServerOptions& options) { options.limits.max_bytes_in_flight = 1000; });
    site.start();
    MemorySource source({phantom.bytes(0)});
    const auto outcomes = client().store(site.destination(), source);
    ASSERT_TRUE(outcomes);
    EXPECT_EQ(outcomes->front().status, 0xA700);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kOutOfMemory));
}

TEST(Storage, uids_that_differ_from_the_commands_are_a_mismatch) {
    const Phantom phantom;
    Site site;
    RawPeer peer(site.port());
    peer.send(associate_request("HUIZHEN", "PACS", {{kCt}}));
    ASSERT_EQ(peer.receive().first, 2);
    peer.send(data_pdu(1, kCommandFlag | kLastFlag, store_command("1.2.3.4").encode()));
    peer.send(data_pdu(1, kLastFlag, data_set_of(phantom.bytes(0))));
    EXPECT_EQ(status_from(peer), 0xA900);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kObjectMismatch));
    EXPECT_EQ(site.notes.text().find("SYNTHETIC"), std::string::npos);
    // Nothing that could be a path gets that far.
    peer.send(data_pdu(1, kCommandFlag | kLastFlag, store_command("../../etc").encode()));
    peer.send(data_pdu(1, kLastFlag, data_set_of(phantom.bytes(0))));
    EXPECT_EQ(status_from(peer), 0xC000);
    // Junk in place of a data set.
    peer.send(data_pdu(1, kCommandFlag | kLastFlag, store_command("1.2.3.4").encode()));
    peer.send(data_pdu(1, kLastFlag, Bytes(64, std::byte{0x5A})));
    EXPECT_EQ(status_from(peer), 0xC000);
    EXPECT_EQ(site.sink.count(), 0u);
}

TEST(Storage, an_object_that_breaks_off_is_not_handed_on) {
    const Phantom phantom;
    Site site;
    const auto data = data_set_of(phantom.bytes(0));
    const auto instance = read_identity(phantom.bytes(0))->sop_instance_uid;
    for (const bool politely : {false, true}) {
        RawPeer peer(site.port());
        peer.send(associate_request("HUIZHEN", "PACS", {{kCt}}));
        ASSERT_EQ(peer.receive().first, 2);
        peer.send(data_pdu(1, kCommandFlag | kLastFlag, store_command(instance).encode()));
        peer.send(data_pdu(1, 0, std::span(data).first(data.size() - 100)));
        if (politely) peer.send(abort_pdu());
        peer.close();
        EXPECT_TRUE(site.notes.wait_for(RefusalReason::kAborted, politely ? 2 : 1)) << site.notes.text();
    }
    EXPECT_EQ(site.sink.count(), 0u);
    EXPECT_FALSE(site.notes.wait_for_ends(2).at(0).released);
    EXPECT_TRUE(client().echo(site.destination()));
}

TEST(Storage, a_stop_waits_for_the_object_in_hand) {
    const Phantom phantom;
    Site site;
    std::promise<void> inside, go_on;
    site.sink.before = [&]() -> Status {
        inside.set_value();
        go_on.get_future().wait();
        return {};
    };
    site.start();
    const Destination to = site.destination();
    std::thread peer([&] {
        MemorySource source({phantom.bytes(0)});
        client().store(to, source).value();
    });
    inside.get_future().wait();
    std::thread stopper([&] { site.server->stop(std::chrono::milliseconds(0)); });
    go_on.set_value();
    stopper.join();
    peer.join();
    EXPECT_EQ(site.sink.count(), 1u);
    EXPECT_EQ(site.server->associations(), 0u);
    EXPECT_FALSE(client().echo(to));
}

TEST(Storage, a_patient_stop_lets_the_peer_finish) {
    const Phantom phantom;
    Site site;
    std::promise<void> inside;
    std::once_flag once;
    site.sink.before = [&]() -> Status {
        std::call_once(once, [&] { inside.set_value(); });
        return {};
    };
    site.start();
    const Destination to = site.destination();
    std::size_t stored = 0;
    std::thread peer([&] {
        FileSource source(phantom.files);
        const auto outcomes = client().store(to, source).value();
        for (const auto& outcome : outcomes) stored += outcome.stored();
    });
    inside.get_future().wait();
    site.server->stop(std::chrono::seconds(30));
    peer.join();
    EXPECT_EQ(stored, phantom.files.size());
    EXPECT_EQ(site.notes.count(RefusalReason::kStopped), 0u);
}

}  // namespace
}  // namespace huizhen::imaging::testing_site
