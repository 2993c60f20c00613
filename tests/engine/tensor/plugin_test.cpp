#include <fstream>

#include <huizhen/backend_reference/backend.h>
#include <huizhen/tensor/ops.h>
#include <huizhen/tensor/plugin.h>
#include <huizhen/test_support/data.h>

namespace huizhen::engine {
namespace {

// A copy as an installation has it, whatever the umask of the build.
std::filesystem::path plugin(const std::string& kind) {
    static const testing::TemporaryFolder folder;
    const std::string name = "libhuizhen_test_plugin_" + kind + ".so";
    const std::filesystem::path built = std::filesystem::path(HUIZHEN_TEST_PLUGINS) / name;
    const std::filesystem::path copy = folder.path() / name;
    if (std::filesystem::exists(built) && !std::filesystem::exists(copy)) {
        std::filesystem::copy_file(built, copy);
        std::filesystem::permissions(copy, std::filesystem::perms(0755));
    }
    return copy;
}

ErrorCode code_of(const std::filesystem::path& path) {
    const auto loaded = load_backend_plugin(path);
    return loaded ? ErrorCode::kInternal : loaded.error().code();
}

TEST(Plugin, loads_once_and_computes) {
    const auto first = load_backend_plugin(plugin("good"));
    ASSERT_TRUE(first.has_value()) << first.error().to_string();
    const auto second = load_backend_plugin(plugin("good"));
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(*first, *second);

    Executor executor(1);
    Context context(executor, {*first});
    EXPECT_EQ(context.backend_names(), "plugged");
    EXPECT_FLOAT_EQ(sum(Tensor::full(context, Shape{3}, 2.0F)).item(), 6.0F);
}

TEST(Plugin, refuses_what_is_no_backend_of_this_abi) {
    EXPECT_EQ(code_of("libhuizhen_test_plugin_good.so"), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(plugin("absent")), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(plugin("other_abi")), ErrorCode::kIntegrity);
    EXPECT_EQ(code_of(plugin("nothing")), ErrorCode::kIntegrity);

    const testing::TemporaryFolder folder;
    const auto text = folder.path() / "text.so";
    std::ofstream(text) << "not an object file";
    std::filesystem::permissions(text, std::filesystem::perms(0644));
    EXPECT_EQ(code_of(text), ErrorCode::kUnavailable);
}

TEST(Plugin, refuses_a_file_that_another_may_change_or_replace) {
    using std::filesystem::perms;
    const testing::TemporaryFolder folder;
    const auto copy = folder.path() / "open.so";
    std::filesystem::copy_file(plugin("good"), copy);
    for (const auto& place : {copy, folder.path()}) {
        for (const perms others : {perms::group_write, perms::others_write}) {
            std::filesystem::permissions(place, others, std::filesystem::perm_options::add);
            EXPECT_EQ(code_of(copy), ErrorCode::kPermissionDenied) << place;
            std::filesystem::permissions(place, others, std::filesystem::perm_options::remove);
        }
    }
    EXPECT_TRUE(load_backend_plugin(copy).has_value());
}

TEST(Plugin, says_where_a_backend_runs) {
    char text[128] = "";
    EXPECT_EQ(reference_backend()->probe(text, sizeof text), HZ_OK);
    EXPECT_STREQ(text, "plain loops on one thread");
    EXPECT_STREQ(reference_backend()->last_error(nullptr), "");
}

TEST(Plugin, refuses_short_and_incomplete_tables) {
    HzBackend table = *reference_backend();
    EXPECT_TRUE(check_backend(&table).has_value());
    table.struct_size -= 8;
    EXPECT_FALSE(check_backend(&table).has_value());
    table = *reference_backend();
    table.adamw = nullptr;
    EXPECT_FALSE(check_backend(&table).has_value());
    table = *reference_backend();
    table.probe = nullptr;
    EXPECT_FALSE(check_backend(&table).has_value());
    EXPECT_FALSE(check_backend(nullptr).has_value());
}

}  // namespace
}  // namespace huizhen::engine
