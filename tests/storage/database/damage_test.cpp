// Files that were cut, overwritten or never ours: named errors, and no crash.

#include <fstream>
#include <random>

#include <huizhen/test_support/data.h>

#include "open_database.h"

namespace huizhen::database {
namespace {

constexpr std::streamoff kPage = 4096;

void make(const std::filesystem::path& path) {
    const auto db = open_database(path);
    ASSERT_TRUE(db->script("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT; CREATE INDEX i ON t(b)"));
    auto transaction = db->begin().value();
    for (int i = 0; i < 500; ++i) {
        ASSERT_TRUE(
            db->run("INSERT INTO t (b) VALUES (?1)", {std::string(100, static_cast<char>('a' + i % 26))}));
    }
    ASSERT_TRUE(transaction.commit());
}

void overwrite(const std::filesystem::path& path, std::streamoff at, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << bytes;
}

// Opens, reads everything, checks everything; the first error.
Status read_all(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto db, Connection::open(path, Access::kWrite));
    HZ_ASSIGN(Rows rows, db->query("SELECT a, b FROM t ORDER BY b"));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) break;
        HZ_TRY(rows.get<std::string>(1));
    }
    return db->check_integrity();
}

TEST(Damage, a_whole_file_is_whole) {
    const testing::TemporaryFolder folder;
    make(folder.path() / "x.db");
    EXPECT_TRUE(read_all(folder.path() / "x.db"));
}

TEST(Damage, an_overwritten_page_is_named) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db";
    make(path);
    const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(path)) / kPage;
    ASSERT_GT(pages, 10);
    for (std::streamoff page = 1; page < pages; ++page) {
        const auto copy = folder.path() / "copy.db";
        std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
        overwrite(copy, page * kPage, std::string(kPage, '\xA5'));
        const Status read = read_all(copy);
        ASSERT_FALSE(read) << page;
        EXPECT_EQ(read.error().code(), ErrorCode::kIntegrity) << read.error().message();
        EXPECT_TRUE(read.error().message().starts_with("database-damaged: ")) << read.error().message();
    }
}

TEST(Damage, a_cut_file_is_named) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db";
    make(path);
    std::filesystem::resize_file(path, 3 * kPage);
    EXPECT_EQ(read_all(path).error().code(), ErrorCode::kIntegrity);
}

TEST(Damage, what_is_no_database_of_ours_is_refused) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db";
    std::ofstream(path) << std::string(8192, 'n');
    EXPECT_TRUE(read_all(path).error().message().starts_with("not-a-database: "));
    std::filesystem::remove(path);
    make(path);
    overwrite(path, 68, std::string("\0\0\0\1", 4));  // the application id of another program
    EXPECT_TRUE(read_all(path).error().message().starts_with("not-a-database: "));
}

TEST(Damage, a_torn_write_ahead_log_keeps_what_was_committed_before) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db", copy = folder.path() / "copy.db";
    make(path);
    const auto db = open_database(path);
    ASSERT_TRUE(db->run("INSERT INTO t (b) VALUES ('first')"));
    const auto wal = path.string() + "-wal";
    const auto whole = std::filesystem::file_size(wal);
    ASSERT_TRUE(db->run("INSERT INTO t (b) VALUES ('second')"));
    // What a crash during the second commit leaves: any part of its frames.
    for (std::uintmax_t kept = whole; kept < std::filesystem::file_size(wal); kept += 777) {
        std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::copy_file(wal, copy.string() + "-wal",
                                   std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(copy.string() + "-wal", kept);
        ASSERT_TRUE(read_all(copy)) << kept;
        EXPECT_EQ(count(*open_database(copy)), 501) << kept;
    }
}

TEST(Damage, random_bytes_anywhere_are_survived) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db", copy = folder.path() / "copy.db";
    make(path);
    std::mt19937 random(7);
    int named = 0;
    for (int trial = 0; trial < 200; ++trial) {
        std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
        for (int edit = 0; edit < 8; ++edit) {
            overwrite(copy, static_cast<std::streamoff>(random() % std::filesystem::file_size(copy)),
                      std::string(1 + random() % 16, static_cast<char>(random())));
        }
        const Status read = read_all(copy);
        if (read) continue;  // only the content of a text changed
        ++named;
        EXPECT_FALSE(read.error().message().empty());
    }
    EXPECT_GT(named, 20);
}

}  // namespace
}  // namespace huizhen::database
