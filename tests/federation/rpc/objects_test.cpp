#include <random>

#include <huizhen/base/file.h>

#include "federation.h"
#include "federation/v1/objects.pb.h"
#include "raw_call.h"
#include "relay.h"

namespace huizhen::rpc {
namespace {

namespace v1 = federation::v1;

std::string text(const Sha256Digest& digest) { return {digest.begin(), digest.end()}; }

std::string first_put(const Sha256Digest& digest, std::uint64_t size) {
    v1::PutRequest request;
    request.set_digest(text(digest));
    request.set_size(size);
    return request.SerializeAsString();
}

std::string chunk(std::string bytes) {
    v1::PutRequest request;
    request.set_chunk(std::move(bytes));
    return request.SerializeAsString();
}

TEST(Objects, travel_down_and_up) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    const Bytes model = random_bytes(5'000'001), update = random_bytes(3'000'001, 2);
    const Sha256Digest name = coordinator.objects->add(model).value();
    coordinator.grants.allow_get("st-mary", name);
    std::uint64_t done = 0;
    const auto progress = [&](std::uint64_t bytes, std::uint64_t total) {
        EXPECT_GE(bytes, done);
        EXPECT_LE(bytes, total);
        done = bytes;
    };
    const Status fetched = node.link->fetch(name, *node.objects, progress, {});
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    EXPECT_EQ(done, model.size());
    EXPECT_EQ(sha256_file(node.objects->path_of(name)).value(), name);

    const Sha256Digest up = digest_of(update);
    coordinator.grants.expect("st-mary", up, update.size());
    MemorySource source(update);
    done = 0;
    const Status put = node.link->put(up, source, progress, {});
    ASSERT_TRUE(put) << put.error().to_string();
    EXPECT_EQ(done, update.size());
    EXPECT_EQ(sha256_file(coordinator.objects->path_of(up)).value(), up);
    EXPECT_EQ(coordinator.grants.diary.count("received st-mary"), 1u);

    // Once more is said to be done without a byte.
    MemorySource again(update);
    ASSERT_TRUE(node.link->put(up, again, {}, {}));
    EXPECT_EQ(again.bytes_read(), 0u);
    EXPECT_EQ(coordinator.grants.diary.count("received st-mary"), 1u);
}

TEST(Objects, of_no_bytes_travel_too) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    const Sha256Digest name = coordinator.objects->add({}).value();
    coordinator.grants.allow_get("st-mary", name);
    const Status fetched = node.link->fetch(name, *node.objects, {}, {});
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    EXPECT_TRUE(node.objects->contains(name));
    Coordinator other;
    Node there("st-mary", other.address());
    other.grants.expect("st-mary", name, 0);
    MemorySource nothing({});
    ASSERT_TRUE(there.link->put(name, nothing, {}, {}));
    EXPECT_TRUE(other.objects->contains(name));
}

TEST(Objects, cut_anywhere_go_on_where_they_were) {
    Coordinator coordinator;
    Relay relay({.target_port = coordinator.server->port()});
    Node node("st-mary", relay.address());
    std::mt19937 random(7);
    const Bytes model = random_bytes(8'000'000), update = random_bytes(8'000'000, 2);
    const Sha256Digest down = coordinator.objects->add(model).value(), up = digest_of(update);
    coordinator.grants.allow_get("st-mary", down);
    coordinator.grants.expect("st-mary", up, update.size());
    // Every attempt is cut somewhere in the next two megabytes, until both are through.
    std::atomic<bool> done = false;
    int cuts = 0;
    std::jthread saboteur([&] {
        while (!done) {
            relay.cut_after(20'000 + static_cast<std::int64_t>(random() % 2'000'000));
            const int before = relay.connections();
            while (!done && relay.connections() == before)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            ++cuts;
        }
    });
    const std::uint64_t start = relay.carried();
    const Status fetched = node.link->fetch(down, *node.objects, {}, {});
    MemorySource source(update);
    const Status put = node.link->put(up, source, {}, {});
    done = true;
    saboteur.join();
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    ASSERT_TRUE(put) << put.error().to_string();
    EXPECT_EQ(sha256_file(node.objects->path_of(down)).value(), down);
    EXPECT_EQ(sha256_file(coordinator.objects->path_of(up)).value(), up);
    EXPECT_GE(cuts, 5);
    // Sixteen megabytes once, and what was under way when it was cut: not the whole again and again.
    EXPECT_LT(relay.carried() - start, 48'000'000u);
}

TEST(Objects, resume_at_what_the_coordinator_says_it_has) {
    Coordinator coordinator;
    const Bytes update = random_bytes(3'000'000);
    const Sha256Digest name = digest_of(update);
    coordinator.grants.expect("st-mary", name, update.size());
    {
        RawCall call(channel_to(coordinator.address(), authority().site("st-mary")), RawCall::kPut);
        ASSERT_TRUE(call.write(first_put(name, update.size())));
        v1::PutStatus status;
        ASSERT_TRUE(status.ParseFromString(call.read().value()));
        EXPECT_EQ(status.durable(), 0u);
        ASSERT_TRUE(call.write(chunk({update.begin(), update.begin() + 1'000'000})));
        ASSERT_TRUE(status.ParseFromString(call.read().value()));
        EXPECT_EQ(status.received(), 1'000'000u);
    }  // hangs up
    Node node("st-mary", coordinator.address());
    MemorySource source(update);
    const Status put = node.link->put(name, source, {}, {});
    ASSERT_TRUE(put) << put.error().to_string();
    EXPECT_EQ(source.bytes_read(), 2'000'000u);
}

TEST(Objects, of_a_dead_connection_do_not_keep_the_next_one_waiting) {
    Coordinator coordinator;
    const auto identity = authority().site("st-mary");
    const Bytes update = random_bytes(1'000'000);
    const Sha256Digest name = digest_of(update);
    coordinator.grants.expect("st-mary", name, update.size());
    // Nobody reads or ends these any more, as when a network has gone without a word.
    RawCall session(channel_to(coordinator.address(), identity), RawCall::kSession);
    ASSERT_FALSE(session.open("st-mary").empty());
    RawCall upload(channel_to(coordinator.address(), identity), RawCall::kPut);
    ASSERT_TRUE(upload.write(first_put(name, update.size())));
    ASSERT_TRUE(upload.read());
    Node node("st-mary", coordinator.address());
    MemorySource source(update);
    const Status put = node.link->put(name, source, {}, {}, std::chrono::seconds(20));
    ASSERT_TRUE(put) << put.error().to_string();
    EXPECT_TRUE(upload.refusal().starts_with("replaced: "));
}

TEST(Objects, are_for_those_who_may_have_them) {
    Coordinator coordinator;
    const Bytes model = random_bytes(1000);
    const Sha256Digest name = coordinator.objects->add(model).value();
    coordinator.grants.allow_get("st-john", name);
    Node node("st-mary", coordinator.address());
    const Status fetched = node.link->fetch(name, *node.objects, {}, {});
    ASSERT_FALSE(fetched);
    EXPECT_TRUE(is_refusal(fetched.error(), Refusal::kNotAllowed)) << fetched.error().to_string();
    const Bytes update = random_bytes(1000, 2);
    MemorySource source(update);
    const Status put = node.link->put(digest_of(update), source, {}, {});
    ASSERT_FALSE(put);
    EXPECT_TRUE(is_refusal(put.error(), Refusal::kNotExpected)) << put.error().to_string();
    EXPECT_EQ(source.bytes_read(), 0u);
}

TEST(Objects, larger_than_announced_or_other_than_announced_are_refused) {
    Coordinator coordinator;
    const auto channel = channel_to(coordinator.address(), authority().site("st-mary"));
    const Bytes update = random_bytes(5000);
    const Sha256Digest name = digest_of(update);
    coordinator.grants.expect("st-mary", name, 5000);
    {
        RawCall call(channel, RawCall::kPut);
        call.write(first_put(name, 5001));
        EXPECT_TRUE(
            call.refusal().starts_with("too-large: an object of 5001 bytes where 5000 were announced"));
    }
    {
        RawCall call(channel, RawCall::kPut);
        ASSERT_TRUE(call.write(first_put(name, 5000)));
        ASSERT_TRUE(call.read());
        call.write(chunk(std::string(5001, 'x')));
        EXPECT_TRUE(call.refusal().starts_with("too-large: more bytes than the object has"));
    }
    {
        RawCall call(channel, RawCall::kPut);
        ASSERT_TRUE(call.write(first_put(name, 5000)));
        ASSERT_TRUE(call.read());
        call.write(chunk(std::string(5000, 'x')));
        EXPECT_TRUE(call.refusal().starts_with("wrong-digest: "));
    }
    // And what was wrong is forgotten: the right one goes through.
    EXPECT_EQ(coordinator.objects->used_bytes(), 0u);
    Node node("st-mary", coordinator.address());
    MemorySource source(update);
    const Status put = node.link->put(name, source, {}, {});
    ASSERT_TRUE(put) << put.error().to_string();
}

TEST(Objects, of_a_lying_coordinator_are_not_kept) {
    Coordinator coordinator;
    const Bytes model = random_bytes(100'000);
    const Sha256Digest name = coordinator.objects->add(model).value();
    coordinator.grants.allow_get("st-mary", name);
    Bytes other = model;
    other[50'000] ^= 1;
    ASSERT_TRUE(write_file_atomically(coordinator.objects->path_of(name), std::as_bytes(std::span(other))));
    Node node("st-mary", coordinator.address());
    const Status fetched = node.link->fetch(name, *node.objects, {}, {});
    ASSERT_FALSE(fetched);
    EXPECT_TRUE(is_refusal(fetched.error(), Refusal::kWrongDigest)) << fetched.error().to_string();
    EXPECT_FALSE(node.objects->contains(name));
    EXPECT_EQ(node.objects->used_bytes(), 0u);
}

TEST(Objects, stop_when_asked_to) {
    Coordinator coordinator;
    Relay slow({.target_port = coordinator.server->port(), .bytes_per_second = 1'000'000});
    Node node("st-mary", slow.address());
    const Sha256Digest name = coordinator.objects->add(random_bytes(20'000'000)).value();
    coordinator.grants.allow_get("st-mary", name);
    std::stop_source stop;
    const Status fetched = node.link->fetch(
        name, *node.objects,
        [&](std::uint64_t done, std::uint64_t) {
            if (done > 100'000) stop.request_stop();
        },
        stop.get_token());
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code(), ErrorCode::kCancelled);
}

TEST(Objects, give_up_when_no_byte_comes_for_too_long) {
    Coordinator coordinator;
    Relay relay({.target_port = coordinator.server->port()});
    Node node("st-mary", relay.address());
    ASSERT_TRUE(node.handler.diary.wait("connected"));
    relay.refuse(true);
    relay.cut_now();
    ASSERT_TRUE(node.handler.diary.wait("disconnected"));
    const Status fetched =
        node.link->fetch(Sha256Digest{}, *node.objects, {}, {}, std::chrono::milliseconds(200));
    ASSERT_FALSE(fetched);
    EXPECT_TRUE(is_refusal(fetched.error(), Refusal::kNotConnected)) << fetched.error().to_string();
}

TEST(Objects, more_than_a_site_may_move_at_once_are_refused_by_name) {
    Limits limits = Coordinator::quick();
    limits.max_transfers_per_site = 2;
    Coordinator coordinator(limits);
    const auto channel = channel_to(coordinator.address(), authority().site("st-mary"));
    const Bytes update = random_bytes(1000);
    std::vector<std::unique_ptr<RawCall>> calls;
    for (unsigned i = 0; i < 3; ++i) {
        const Sha256Digest name = digest_of(random_bytes(1000, i));
        coordinator.grants.expect("st-mary", name, 1000);
        calls.push_back(std::make_unique<RawCall>(channel, RawCall::kPut));
        calls.back()->write(first_put(name, 1000));
        ASSERT_TRUE(i == 2 || calls.back()->read());
    }
    EXPECT_TRUE(calls[2]->refusal().starts_with("busy: "));
}

TEST(FileObjects, keep_half_objects_over_a_restart_and_forget_bytes_that_were_not_flushed) {
    testing::TemporaryFolder folder;
    const Bytes bytes = random_bytes(100'000);
    const Sha256Digest name = digest_of(bytes);
    {
        const auto store = FileObjects::open_folder(folder.path()).value();
        const auto sink = store->receive(name, bytes.size(), "st-mary").value();
        ASSERT_TRUE(sink->write(BytesView(bytes).first(60'000)));
        ASSERT_TRUE(sink->flush());
        EXPECT_EQ(sink->durable(), 60'000u);
        EXPECT_TRUE(is_refusal(store->receive(name, bytes.size(), "st-mary").error(), Refusal::kBusy));
        EXPECT_EQ(store->durable(name, "st-john").value(), 0u);
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "incoming")) {
        // What a power cut leaves: a file longer than what was flushed, its end never written.
        if (entry.path().extension() == ".part") std::filesystem::resize_file(entry.path(), 80'000);
    }
    const auto store = FileObjects::open_folder(folder.path()).value();
    EXPECT_EQ(store->durable(name, "st-mary").value(), 60'000u);
    const auto sink = store->receive(name, bytes.size(), "st-mary").value();
    EXPECT_EQ(sink->durable(), 60'000u);
    ASSERT_TRUE(sink->write(BytesView(bytes).subspan(60'000)));
    ASSERT_TRUE(sink->commit());
    EXPECT_TRUE(store->contains(name));
    EXPECT_EQ(store->used_bytes(), bytes.size());
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "incoming"));
}

TEST(FileObjects, keep_their_quota) {
    testing::TemporaryFolder folder;
    const auto store = FileObjects::open_folder(folder.path(), 100'000).value();
    ASSERT_TRUE(store->add(random_bytes(60'000)));
    EXPECT_TRUE(is_refusal(store->add(random_bytes(60'000, 2)).error(), Refusal::kNoSpace));
    const auto half = store->receive(digest_of(random_bytes(30'000, 3)), 30'000, "st-mary").value();
    ASSERT_TRUE(half->write(random_bytes(20'000, 3)));
    EXPECT_EQ(store->used_bytes(), 80'000u);
    ASSERT_TRUE(store->remove(digest_of(random_bytes(60'000))));
    EXPECT_EQ(store->used_bytes(), 20'000u);
    ASSERT_TRUE(store->add(random_bytes(60'000, 2)));
}

TEST(FileObjects, take_over_what_was_hashed_as_it_was_made) {
    testing::TemporaryFolder folder;
    const auto store = FileObjects::open_folder(folder.path() / "store", 100'000).value();
    const Bytes one = random_bytes(60'000), two = random_bytes(30'000, 2), large = random_bytes(60'000, 3);
    const auto file = folder.path() / "made";
    ASSERT_TRUE(write_file_atomically(file, std::as_bytes(std::span(one))));
    ASSERT_TRUE(store->take_over(file, digest_of(one)));
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_EQ(sha256_file(store->path_of(digest_of(one))).value(), digest_of(one));
    ASSERT_TRUE(store->add(two, digest_of(two)));
    EXPECT_EQ(sha256_file(store->path_of(digest_of(two))).value(), digest_of(two));
    EXPECT_EQ(store->used_bytes(), 90'000u);
    // Again: there is one.
    ASSERT_TRUE(write_file_atomically(file, std::as_bytes(std::span(one))));
    ASSERT_TRUE(store->take_over(file, digest_of(one)));
    EXPECT_FALSE(std::filesystem::exists(file));
    // More than the quota: nothing is taken, and nothing half is left.
    ASSERT_TRUE(write_file_atomically(file, std::as_bytes(std::span(large))));
    EXPECT_TRUE(is_refusal(store->take_over(file, digest_of(large)).error(), Refusal::kNoSpace));
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_TRUE(is_refusal(store->add(large, digest_of(large)).error(), Refusal::kNoSpace));
    EXPECT_EQ(store->used_bytes(), 90'000u);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "store" / "incoming"));
    EXPECT_FALSE(store->take_over(folder.path() / "nothing", digest_of(large)));
}

TEST(FileObjects, keep_only_what_is_known) {
    testing::TemporaryFolder folder;
    const auto store = FileObjects::open_folder(folder.path()).value();
    const Sha256Digest known = store->add(random_bytes(1000)).value();
    const Sha256Digest unknown = store->add(random_bytes(1000, 2)).value();
    const Sha256Digest known_half = digest_of(random_bytes(1000, 3)), half = digest_of(random_bytes(1000, 4));
    for (const Sha256Digest& digest : {known_half, half}) {
        const auto sink = store->receive(digest, 1000, "coordinator").value();
        ASSERT_TRUE(sink->write(random_bytes(500)));
    }
    EXPECT_EQ(store->used_bytes(), 3000u);
    ASSERT_TRUE(store->keep_only(std::vector{known, known_half}));
    EXPECT_TRUE(store->contains(known));
    EXPECT_FALSE(store->contains(unknown));
    EXPECT_EQ(store->durable(known_half, "coordinator").value(), 500u);
    EXPECT_EQ(store->durable(half, "coordinator").value(), 0u);
    EXPECT_EQ(store->used_bytes(), 1500u);
}

TEST(FileObjects, parts_of_an_owner_go_when_asked) {
    testing::TemporaryFolder folder;
    const auto store = FileObjects::open_folder(folder.path()).value();
    for (const char* owner : {"st-mary", "st-john"}) {
        const auto half = store->receive(digest_of(random_bytes(1000)), 1000, owner).value();
        ASSERT_TRUE(half->write(random_bytes(500)));
    }
    EXPECT_EQ(store->used_bytes(), 1000u);
    ASSERT_TRUE(store->remove_parts("st-mary"));
    EXPECT_EQ(store->used_bytes(), 500u);
    EXPECT_EQ(store->durable(digest_of(random_bytes(1000)), "st-mary").value(), 0u);
    EXPECT_EQ(store->durable(digest_of(random_bytes(1000)), "st-john").value(), 500u);
    ASSERT_TRUE(store->remove_parts(""));
    EXPECT_EQ(store->used_bytes(), 0u);
}

}  // namespace
}  // namespace huizhen::rpc
