#include <fstream>
#include <random>
#include <thread>

#include <sys/resource.h>

#include <huizhen/base/sha256.h>
#include <huizhen/objects/store.h>
#include <huizhen/storage_test/child.h>
#include <huizhen/test_support/data.h>
#include <huizhen/vault/sealer.h>

namespace huizhen::objects {
namespace {

using vault::Bytes;
using vault::BytesView;
using vault::KeyRing;
using vault::view_of;

Bytes noise(std::size_t size, unsigned seed = 1) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

class StoreTest : public ::testing::Test {
  protected:
    std::unique_ptr<Store> open_store() {
        auto opened = Store::open(root, ring, system_random());
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().to_string());
        return std::move(opened).value();
    }
    std::filesystem::path file_of(const ObjectName& name) const {
        return root / "objects" / name.str().substr(0, 2) / name.str().substr(2);
    }
    int incoming() const {
        const std::filesystem::directory_iterator entries(root / "incoming");
        return static_cast<int>(std::distance(begin(entries), end(entries)));
    }
    testing::TemporaryFolder folder;
    std::filesystem::path root = folder.path() / "store";
    KeyRing ring = KeyRing::generate(system_random());
    std::unique_ptr<Store> store = open_store();
};

TEST_F(StoreTest, gives_back_what_was_put_compressed_or_not) {
    for (const Compression compression : {Compression::kNone, Compression::kZstd}) {
        for (const std::size_t size : {0ul, 1ul, 65'535ul, 65'536ul, 1'000'000ul}) {
            const Bytes bytes = noise(size, static_cast<unsigned>(size));
            const auto name = store->put(bytes, compression);
            ASSERT_TRUE(name) << name.error().message();
            EXPECT_EQ(store->get(*name, size).value(), bytes) << size;
            if (size == 0) continue;
            EXPECT_EQ(store->get(*name, size - 1).error().code(), ErrorCode::kLimitExceeded);
        }
    }
    const Bytes even(1'000'000, 7);
    const ObjectName small = store->put(even, Compression::kZstd).value();
    EXPECT_LT(std::filesystem::file_size(file_of(small)), 2000u);
    EXPECT_EQ(store->get(small, even.size()).value(), even);
    EXPECT_EQ(incoming(), 0);
}

TEST_F(StoreTest, the_name_is_of_the_content_and_of_this_nodes_key) {
    const Bytes bytes = noise(1000);
    const ObjectName name = store->put(bytes).value();
    EXPECT_EQ(store->put(bytes, Compression::kZstd).value(), name);
    EXPECT_NE(store->put(noise(1000, 2)).value(), name);
    EXPECT_NE(name.str(), to_hex(sha256(std::as_bytes(std::span(bytes)))));
    const KeyRing other_ring = KeyRing::generate(system_random());
    const auto other = Store::open(folder.path() / "other", other_ring, system_random()).value();
    EXPECT_NE(other->put(bytes).value(), name);
}

TEST_F(StoreTest, the_files_hold_nothing_readable_and_are_private) {
    const ObjectName name = store->put(Bytes(5000, 'P')).value();
    std::ifstream file(file_of(name), std::ios::binary);
    const std::string sealed{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(sealed.find("PPPP"), std::string::npos);
    EXPECT_EQ(std::filesystem::status(file_of(name)).permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(std::filesystem::status(root / "objects").permissions(), std::filesystem::perms(0700));
}

TEST_F(StoreTest, a_duplicate_is_harmless_and_heals) {
    const Bytes bytes = noise(100'000);
    const ObjectName name = store->put(bytes).value();
    EXPECT_EQ(store->put(bytes).value(), name);
    std::filesystem::resize_file(file_of(name), 70'000);
    EXPECT_FALSE(store->get(name, 1 << 20));
    EXPECT_EQ(store->put(bytes).value(), name);
    EXPECT_EQ(store->get(name, 1 << 20).value(), bytes);
    EXPECT_EQ(store->verify_all(silent_progress(), {}).value().whole, 1u);
}

TEST_F(StoreTest, what_was_not_committed_never_was) {
    {
        Writer writer = store->begin(Compression::kZstd).value();
        ASSERT_TRUE(writer.write(noise(200'000)));
        EXPECT_EQ(incoming(), 1);
    }
    EXPECT_EQ(incoming(), 0);
    EXPECT_EQ(store->verify_all(silent_progress(), {}).value().whole, 0u);
}

TEST_F(StoreTest, damage_of_every_kind_is_found) {
    std::vector<ObjectName> names;
    for (unsigned i = 0; i < 6; ++i)
        names.push_back(store->put(noise(100'000, i), Compression::kZstd).value());
    std::filesystem::resize_file(file_of(names[0]), 50);
    std::filesystem::resize_file(file_of(names[1]), 0);
    {
        std::fstream file(file_of(names[2]), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(90'000);
        file << "x";
    }
    std::filesystem::copy_file(file_of(names[5]), file_of(names[3]),
                               std::filesystem::copy_options::overwrite_existing);
    std::ofstream(file_of(names[4]), std::ios::app) << std::string(100'000, 'x');
    for (int i = 0; i < 5; ++i) {
        const auto read = store->get(names[static_cast<std::size_t>(i)], 1 << 20);
        ASSERT_FALSE(read) << i;
        EXPECT_EQ(read.error().code(), ErrorCode::kIntegrity) << read.error().message();
        EXPECT_TRUE(read.error().message().starts_with("object-damaged: ")) << read.error().message();
    }
    const auto verdict = store->verify_all(silent_progress(), {}).value();
    EXPECT_EQ(verdict.whole, 1u);
    EXPECT_THAT(verdict.damaged,
                ::testing::UnorderedElementsAre(names[0], names[1], names[2], names[3], names[4]));
}

TEST_F(StoreTest, sealed_content_that_breaks_the_inner_format_is_refused) {
    const ObjectName name = store->put(noise(10)).value();
    const auto error_with = [&](std::string_view inside) {
        const Bytes sealed = vault::seal(ring, view_of("huizhen object 1"), view_of(inside), system_random());
        std::ofstream(file_of(name), std::ios::binary | std::ios::trunc)
            .write(reinterpret_cast<const char*>(sealed.data()), static_cast<std::streamsize>(sealed.size()));
        const auto read = store->get(name, 1000);
        return read ? ErrorCode::kInternal : read.error().code();
    };
    EXPECT_EQ(error_with(""), ErrorCode::kIntegrity);
    EXPECT_EQ(error_with("\x09zz"), ErrorCode::kUnsupported);
    EXPECT_EQ(error_with(std::string_view("\x01", 1)), ErrorCode::kIntegrity);
    EXPECT_EQ(error_with("\x01no zstd frame"), ErrorCode::kIntegrity);
    EXPECT_EQ(error_with(std::string_view("\0other", 6)), ErrorCode::kIntegrity);
}

TEST_F(StoreTest, absent_and_impossible_names_are_not_found) {
    for (const std::string& name :
         {std::string(64, 'a'), std::string("../../etc/passwd"), std::string(), std::string(64, '/')}) {
        EXPECT_EQ(store->get(ObjectName(name), 10).error().code(), ErrorCode::kNotFound) << name;
        EXPECT_EQ(store->remove(ObjectName(name)).error().code(), ErrorCode::kNotFound) << name;
        EXPECT_FALSE(store->contains(ObjectName(name)));
    }
}

TEST_F(StoreTest, a_removed_object_is_gone) {
    const ObjectName name = store->put(noise(10)).value();
    EXPECT_TRUE(store->contains(name));
    ASSERT_TRUE(store->remove(name));
    EXPECT_FALSE(store->contains(name));
}

TEST_F(StoreTest, has_one_process_and_one_key_ring) {
    EXPECT_EQ(Store::open(root, ring, system_random()).error().code(), ErrorCode::kUnavailable);
    const ObjectName name = store->put(noise(10)).value();
    store.reset();
    const KeyRing other = KeyRing::generate(system_random());
    EXPECT_EQ(Store::open(root, other, system_random()).error().code(), ErrorCode::kPermissionDenied);
    ASSERT_TRUE(ring.add_wrapping_key(system_random()));
    store = open_store();
    EXPECT_EQ(store->get(name, 10).value(), noise(10));
    store.reset();
    std::ofstream(root / "format", std::ios::trunc) << "huizhen-objects 2 00\n";
    EXPECT_EQ(Store::open(root, ring, system_random()).error().code(), ErrorCode::kUnsupported);
    std::ofstream(root / "format", std::ios::trunc) << "something\n";
    EXPECT_EQ(Store::open(root, ring, system_random()).error().code(), ErrorCode::kMalformedInput);
}

TEST_F(StoreTest, many_threads_put_the_same_and_others) {
    const auto work = [&](unsigned seed) {
        for (unsigned i = 0; i < 20; ++i) {
            EXPECT_TRUE(store->put(noise(10'000, i)));
            EXPECT_TRUE(store->put(noise(10'000, 100 * seed + i)));
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned seed = 1; seed <= 4; ++seed) threads.emplace_back(work, seed);
    }
    const auto verdict = store->verify_all(silent_progress(), {}).value();
    EXPECT_EQ(verdict.whole, 100u);
    EXPECT_TRUE(verdict.damaged.empty());
}

// In a child, since what was the most memory ever used is known of a process alone.
TEST_F(StoreTest, large_objects_stream_through_little_memory) {
    const int code = storage_test::run_in_child([&] {
        constexpr int kPieces = 128;  // of 1 MiB
        const auto most_kib = [] {
            rusage usage{};
            ::getrusage(RUSAGE_SELF, &usage);
            return usage.ru_maxrss;
        };
        Bytes piece = noise(1 << 20);
        if (!store->put(piece, Compression::kZstd)) return 1;
        const long before = most_kib();
        for (const Compression compression : {Compression::kNone, Compression::kZstd}) {
            Writer writer = store->begin(compression).value();
            for (int i = 0; i < kPieces; ++i) {
                piece[0] = static_cast<std::uint8_t>(i);
                if (!writer.write(piece)) return 1;
            }
            const auto name = writer.commit();
            if (!name) return 1;
            Reader reader = store->read(*name).value();
            std::size_t bytes = 0;
            while (true) {
                const auto part = reader.next();
                if (!part) return 1;
                if (part->empty()) break;
                bytes += part->size();
            }
            if (bytes != std::size_t{kPieces} << 20) return 1;
        }
        return most_kib() - before < 16 * 1024 ? 0 : 2;
    });
    EXPECT_EQ(code, 0);
}

TEST_F(StoreTest, a_full_disk_is_named_and_leaves_nothing) {
    const int code = storage_test::run_in_child([&] {
        const ObjectName before = store->put(noise(10'000)).value();
        storage_test::limit_file_size(50'000);
        const auto full = store->put(noise(100'000, 2));
        if (full || !full.error().message().starts_with("disk-full: ")) return 1;
        if (incoming() != 0) return 2;
        return store->get(before, 10'000) && store->verify_all(silent_progress(), {})->whole == 1 ? 0 : 3;
    });
    EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace huizhen::objects
