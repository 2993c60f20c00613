// kill -9 at random moments: every object that was acknowledged is there and whole, nothing half written has
// a name, and the store opens again.

#include <chrono>
#include <random>
#include <thread>

#include <unistd.h>

#include <huizhen/objects/store.h>
#include <huizhen/storage_test/child.h>
#include <huizhen/test_support/data.h>

namespace huizhen::objects {
namespace {

using vault::Bytes;

Bytes content_of(std::uint32_t number) {
    std::mt19937 random(number);
    Bytes bytes(100 + random() % 200'000);
    for (std::size_t i = 0; i < bytes.size(); i += 16) bytes[i] = static_cast<std::uint8_t>(random());
    return bytes;
}

struct Acknowledged {
    std::uint32_t number;
    char name[64];
};

// Puts one object after the other and tells of each that was acknowledged.
int put_for_ever(const std::filesystem::path& root, const vault::KeyRing& ring, std::uint32_t first,
                 int told) {
    auto store = Store::open(root, ring, system_random());
    if (!store) return 1;
    for (std::uint32_t number = first;; ++number) {
        const auto name =
            (*store)->put(content_of(number), number % 2 == 0 ? Compression::kZstd : Compression::kNone);
        if (!name) return 2;
        Acknowledged record{number, {}};
        std::copy_n(name->str().begin(), sizeof record.name, record.name);
        if (::write(told, &record, sizeof record) != sizeof record) return 3;
    }
}

TEST(Crash, every_acknowledged_object_survives_a_kill_at_any_moment) {
    const testing::TemporaryFolder folder;
    const auto root = folder.path() / "store";
    const vault::KeyRing ring = vault::KeyRing::generate(system_random());
    std::mt19937 random(42);
    std::vector<Acknowledged> all;
    for (std::uint32_t round = 0; round < 40; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child =
            storage_test::start_child([&] { return put_for_ever(root, ring, round * 100'000, ends[1]); });
        ::close(ends[1]);
        // Not to wait for something, but to be at a random place of the child's work.
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
        EXPECT_TRUE(storage_test::kill_child(child));
        Acknowledged record{};
        while (::read(ends[0], &record, sizeof record) == sizeof record) all.push_back(record);
        ::close(ends[0]);
    }
    EXPECT_GT(all.size(), 20u);
    const auto store = Store::open(root, ring, system_random()).value();
    for (const Acknowledged& record : all) {
        const auto read = store->get(ObjectName(std::string(record.name, sizeof record.name)), 1 << 20);
        ASSERT_TRUE(read) << record.number << ": " << read.error().message();
        EXPECT_EQ(*read, content_of(record.number));
    }
    const auto verdict = store->verify_all(silent_progress(), {}).value();
    EXPECT_TRUE(verdict.damaged.empty());
    EXPECT_GE(verdict.whole, all.size());
    EXPECT_TRUE(std::filesystem::is_empty(root / "incoming"));
}

}  // namespace
}  // namespace huizhen::objects
