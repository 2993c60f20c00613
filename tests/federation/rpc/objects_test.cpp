#include <huizhen/base/file.h>

#include "federation.h"

namespace huizhen::rpc {
namespace {

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
}

TEST(Objects, of_no_bytes_travel_too) {
    Coordinator coordinator;
    Node node("st-mary", coordinator.address());
    const Sha256Digest name = coordinator.objects->add({}).value();
    coordinator.grants.allow_get("st-mary", name);
    const Status fetched = node.link->fetch(name, *node.objects, {}, {});
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    EXPECT_TRUE(node.objects->contains(name));
}

}  // namespace
}  // namespace huizhen::rpc
