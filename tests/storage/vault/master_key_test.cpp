#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/test_support/data.h>
#include <huizhen/vault/master_key.h>

namespace huizhen::vault {
namespace {

class MasterKeyTest : public ::testing::Test {
  protected:
    MasterKeyTest() { EXPECT_TRUE(write_master_key(path, key)); }
    std::string text() const {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string error_with(const std::string& changed) {
        std::ofstream(path, std::ios::trunc) << changed;
        const auto read = read_master_key(path);
        return read ? "read" : read.error().message().substr(0, read.error().message().find(':'));
    }
    testing::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "master.key";
    MasterKey key = MasterKey::generate(system_random());
};

TEST_F(MasterKeyTest, comes_back_from_a_file_its_owner_alone_may_read) {
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
    const auto read = read_master_key(path);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_TRUE(read->key() == key.key());
    EXPECT_EQ(read->id(), key.id());
    EXPECT_EQ(write_master_key(path, key).error().message().substr(0, 13), "already-there");
}

TEST_F(MasterKeyTest, a_file_others_may_read_is_refused) {
    for (const unsigned mode : {0640u, 0604u, 0620u, 0666u, 0601u}) {
        std::filesystem::permissions(path, std::filesystem::perms(mode));
        const auto read = read_master_key(path);
        ASSERT_FALSE(read) << mode;
        EXPECT_EQ(read.error().code(), ErrorCode::kPermissionDenied);
        EXPECT_TRUE(read.error().message().starts_with("key-exposed: "));
    }
    std::filesystem::permissions(path, std::filesystem::perms(0400));
    EXPECT_TRUE(read_master_key(path));
}

TEST_F(MasterKeyTest, another_users_file_a_link_and_a_folder_are_refused) {
    std::filesystem::create_symlink(path, folder.path() / "link");
    EXPECT_FALSE(read_master_key(folder.path() / "link"));
    EXPECT_FALSE(read_master_key(folder.path()));
    EXPECT_EQ(read_master_key(folder.path() / "absent").error().code(), ErrorCode::kNotFound);
    if (::geteuid() != 0) return;  // only root can give a file away
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_TRUE(read_master_key(path).error().message().starts_with("key-exposed: "));
}

TEST_F(MasterKeyTest, a_line_that_was_copied_wrongly_is_named) {
    const std::string good = text();
    EXPECT_EQ(error_with(good), "read");
    EXPECT_EQ(error_with(good.substr(0, good.size() - 1)), "read");  // without the end of the line
    EXPECT_EQ(error_with(""), "key-malformed");
    EXPECT_EQ(error_with(good + "x"), "key-malformed");
    EXPECT_EQ(error_with(good.substr(0, 50)), "key-malformed");
    std::string changed = good;
    changed[30] = 'g';
    EXPECT_EQ(error_with(changed), "key-malformed");
    changed = good;
    changed[0] = 'H';
    EXPECT_EQ(error_with(changed), "key-malformed");
    changed = good;
    changed[30] = good[30] == '0' ? '1' : '0';
    EXPECT_EQ(error_with(changed), "key-mistyped");
    for (std::size_t size = 0; size < good.size() - 1; ++size) {
        ASSERT_EQ(error_with(good.substr(0, size)), "key-malformed") << size;
    }
}

TEST_F(MasterKeyTest, systemds_credential_comes_before_the_file) {
    const auto credentials = folder.path() / "credentials";
    std::filesystem::create_directory(credentials);
    EXPECT_EQ(find_master_key(credentials, path).value().id(), key.id());  // none for us in it
    EXPECT_EQ(find_master_key(std::nullopt, path).value().id(), key.id());
    const MasterKey given = MasterKey::generate(system_random());
    const auto file = credentials / kMasterKeyName;
    ASSERT_TRUE(write_master_key(file, given));
    for (const unsigned mode : {0400u, 0440u}) {  // as systemd makes it, without and with an access list
        std::filesystem::permissions(file, std::filesystem::perms(mode));
        EXPECT_EQ(find_master_key(credentials, path).value().id(), given.id());
    }
    std::filesystem::permissions(file, std::filesystem::perms(0444));
    EXPECT_EQ(find_master_key(credentials, path).error().code(), ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace huizhen::vault
