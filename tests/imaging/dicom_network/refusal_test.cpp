// Who and what is refused, and that the server goes on.

#include <set>
#include <thread>

#include <huizhen/dicom_network/storage_classes.h>

#include "command.h"
#include "raw_peer.h"
#include "site.h"

namespace huizhen::imaging::testing_site {
namespace {

constexpr const char* kVerification = "1.2.840.10008.1.1";

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// result, source, reason of an A-ASSOCIATE-RJ
std::array<int, 3> rejection(RawPeer& peer) {
    const auto [type, content] = peer.receive();
    if (type != 3 || content.size() != 4) return {};
    return {std::to_integer<int>(content[1]), std::to_integer<int>(content[2]),
            std::to_integer<int>(content[3])};
}

// A place that was taken is free a moment after its peer knows.
Status served_soon(Site& site) {
    Status served;
    for (int attempt = 0; attempt < 200 && !(served = client().echo(site.destination())); ++attempt)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return served;
}

TEST(Refusal, of_titles_tells_which_one) {
    Site site;
    RawPeer stranger(site.port()), wrong(site.port());
    stranger.send(associate_request("HUIZHEN", "STRANGER", {{kVerification}}));
    EXPECT_EQ(rejection(stranger), (std::array{1, 1, 3}));
    const auto refusal = site.notes.wait_for(RefusalReason::kCallingTitle);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->calling_ae, "STRANGER");
    EXPECT_EQ(refusal->address, "127.0.0.1");
    wrong.send(associate_request("OTHER", "PACS", {{kVerification}}));
    EXPECT_EQ(rejection(wrong), (std::array{1, 1, 7}));
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kCalledTitle));
    const auto client_said = DicomClient("STRANGER").echo(site.destination());
    ASSERT_FALSE(client_said);
    EXPECT_EQ(client_said.error().code(), ErrorCode::kPermissionDenied);
}

TEST(Refusal, what_a_stranger_calls_itself_cannot_steer_a_terminal) {
    Site site;
    RawPeer peer(site.port());
    peer.send(associate_request("HUIZHEN", "\x1b[2J\x07", {{kVerification}}));
    EXPECT_EQ(rejection(peer)[0], 1);
    EXPECT_EQ(site.notes.wait_for(RefusalReason::kCallingTitle)->calling_ae, "?[2J?");
}

TEST(Refusal, an_address_that_nobody_has_is_closed_at_once) {
    Site site([](ServerOptions& options) { options.peers = {{"PACS", {"192.0.2.7"}, {}}}; });
    RawPeer peer(site.port());
    EXPECT_EQ(peer.receive().first, 0);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kAddress));
}

TEST(Refusal, a_title_at_anothers_address_is_not_known) {
    Site site([](ServerOptions& options) { options.peers.push_back({"CT", {"192.0.2.7"}, {}}); });
    RawPeer peer(site.port());
    peer.send(associate_request("HUIZHEN", "CT", {{kVerification}}));
    EXPECT_EQ(rejection(peer), (std::array{1, 1, 3}));
}

TEST(Refusal, one_association_too_many_is_told_to_come_back) {
    Site site([](ServerOptions& options) { options.limits.max_associations = 2; });
    RawPeer first(site.port()), second(site.port()), third(site.port());
    for (RawPeer* peer : {&first, &second}) {
        peer->send(associate_request("HUIZHEN", "PACS", {{kVerification}}));
        ASSERT_EQ(peer->receive().first, 2);
    }
    third.send(associate_request("HUIZHEN", "PACS", {{kVerification}}));
    EXPECT_EQ(rejection(third), (std::array{2, 3, 1}));
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kTooManyAssociations));
    const auto busy = client().echo(site.destination());
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code(), ErrorCode::kUnavailable);
    first.send(release_request());
    EXPECT_EQ(first.receive().first, 6);
    first.close();
    site.notes.wait_for_ends(1);
    const Status again = served_soon(site);
    EXPECT_TRUE(again) << again.error().to_string();
}

TEST(Refusal, connections_beyond_every_thread_are_closed_and_the_silent_ones_after_their_time) {
    Site site([](ServerOptions& options) {
        options.limits.max_associations = 1;
        options.limits.max_negotiating = 1;
        options.limits.negotiation = std::chrono::milliseconds(700);
    });
    RawPeer first(site.port()), second(site.port()), third(site.port());
    EXPECT_EQ(third.receive().first, 0);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kTooManyConnections));
    EXPECT_EQ(first.receive().first, 0);
    EXPECT_EQ(second.receive().first, 0);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kTimeLimit, 2)) << site.notes.text();
    const Status again = served_soon(site);
    EXPECT_TRUE(again);
}

TEST(Refusal, a_peer_that_falls_silent_is_cut_off_and_one_that_trickles_too) {
    Site site([](ServerOptions& options) {
        options.limits.idle = std::chrono::milliseconds(400);
        options.limits.message = std::chrono::milliseconds(1000);
    });
    RawPeer silent(site.port());
    silent.send(associate_request("HUIZHEN", "PACS", {{kVerification}}));
    ASSERT_EQ(silent.receive().first, 2);
    while (silent.receive().first == 7) {
    }
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kTimeLimit));
    RawPeer trickling(site.port());
    trickling.send(associate_request("HUIZHEN", "PACS", {{kVerification}}));
    ASSERT_EQ(trickling.receive().first, 2);
    // A command that never ends, its fragments quicker than the idle limit.
    for (int i = 0; i < 200 && site.notes.count(RefusalReason::kTimeLimit) < 2; ++i) {
        if (!trickling.send(data_pdu(1, kCommandFlag, Bytes(2)))) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kTimeLimit, 2));
}

TEST(Refusal, commands_without_end_are_cut_off) {
    Site site;
    RawPeer peer(site.port());
    peer.send(associate_request("HUIZHEN", "PACS", {{kVerification}}));
    ASSERT_EQ(peer.receive().first, 2);
    for (int i = 0; i < 20; ++i) peer.send(data_pdu(1, kCommandFlag, Bytes(16000)));
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kProtocol));
    EXPECT_TRUE(client().echo(site.destination()));
}

TEST(Refusal, operations_that_are_not_served_are_answered) {
    Site site;
    RawPeer peer(site.port());
    peer.send(associate_request("HUIZHEN", "PACS", {{kVerification}, {"1.2.840.10008.5.1.4.1.2.2.1"}}));
    const auto [type, accepted] = peer.receive();
    ASSERT_EQ(type, 2);
    CommandSet find(command::kFind, 4);
    find.set(command::kDataSetType, command::kWithDataSet);
    peer.send(data_pdu(1, kCommandFlag | kLastFlag, find.encode()));
    peer.send(data_pdu(1, kLastFlag, Bytes(30)));
    const auto [answer_type, content] = peer.receive();
    ASSERT_EQ(answer_type, 4);
    const auto answer = CommandSet::decode(std::span(content).subspan(6));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status(), 0x0211);
    EXPECT_EQ(answer->number(command::kRespondedTo), 4);
    // The query's context was not accepted: a command in it ends the association.
    peer.send(data_pdu(3, kCommandFlag | kLastFlag, find.encode()));
    EXPECT_EQ(peer.receive().first, 7);
    EXPECT_TRUE(site.notes.wait_for(RefusalReason::kProtocol));
}

TEST(Refusal, junk_of_every_kind_leaves_a_server_that_serves) {
    Site site([](ServerOptions& options) { options.limits.negotiation = std::chrono::milliseconds(300); });
    site.start();
    ASSERT_TRUE(client().echo(site.destination()));
    site.notes.wait_for_ends(1);
    const std::size_t descriptors = open_descriptors();
    const auto text = [](std::string_view words) {
        Bytes bytes;
        for (const char c : words) bytes.push_back(static_cast<std::byte>(c));
        return bytes;
    };
    Bytes long_request = associate_request("HUIZHEN", "PACS", {{kVerification}});
    long_request[2] = std::byte{0x7F};  // two gigabytes to come
    Bytes no_contexts = associate_request("HUIZHEN", "PACS", {});
    Bytes version_9 = associate_request("HUIZHEN", "PACS", {{kVerification}});
    version_9[7] = std::byte{8};
    const std::vector<Bytes> openings = {
        {},                                                // a port scanner
        text("GET / HTTP/1.1\r\nHost: node\r\n\r\n"),      // a browser
        text("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03"),  // a TLS client
        Bytes(5000, std::byte{0}),
        Bytes(5000, std::byte{0xFF}),
        long_request,
        no_contexts,
        version_9,
        data_pdu(1, kCommandFlag | kLastFlag, Bytes(100)),
        release_request(),
        abort_pdu(),
    };
    for (int round = 0; round < 3; ++round) {
        for (const Bytes& opening : openings) {
            RawPeer peer(site.port());
            peer.send(opening);
            if (round == 1) peer.receive();
            peer.close();
            ASSERT_TRUE(client().echo(site.destination())) << site.notes.text();
        }
    }
    site.notes.wait_for_ends(3 * openings.size() + 1);
    site.server->stop(std::chrono::seconds(10));
    EXPECT_LE(open_descriptors(), descriptors);
}

TEST(Refusal, every_reason_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int reason = 0; reason <= static_cast<int>(RefusalReason::kInternal); ++reason)
        names.insert(refusal_name(static_cast<RefusalReason>(reason)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(RefusalReason::kInternal) + 1);
    EXPECT_TRUE(is_storage_class("1.2.840.10008.5.1.4.1.1.2"));
    EXPECT_FALSE(is_storage_class(kVerification));
}

TEST(Refusal, options_that_do_not_hold_do_not_start) {
    const auto starts = [](const std::function<void(ServerOptions&)>& change) {
        Site site(change);
        return DicomServer::start(site.options, {site.sink, site.notes});
    };
    EXPECT_FALSE(starts([](ServerOptions& o) { o.ae_title = ""; }));
    EXPECT_FALSE(starts([](ServerOptions& o) { o.peers = {{"PACS", {}, {}}}; }));
    EXPECT_FALSE(starts([](ServerOptions& o) { o.bind_address = "localhost"; }));
    EXPECT_FALSE(starts([](ServerOptions& o) { o.tls = TlsFiles{"/nowhere", "/nowhere", "/nowhere", {}}; }));
    Site taken;
    const auto port = taken.port();
    const auto second = starts([&](ServerOptions& o) { o.port = port; });
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
}

TEST(Refusal, version_6_of_the_internet_protocol_is_served_too) {
    Site site([](ServerOptions& options) {
        options.bind_address = "::1";
        options.peers = {{"PACS", {"::1"}, {}}};
    });
    site.start();
    ASSERT_TRUE(site.server);
    Destination to = site.destination();
    to.host = "localhost";
    // Name resolution decides; where localhost is 127.0.0.1 alone nothing listens there.
    const auto reached = client().echo(to);
    if (!reached) {
        EXPECT_EQ(reached.error().code(), ErrorCode::kUnavailable);
    }
}

}  // namespace
}  // namespace huizhen::imaging::testing_site
