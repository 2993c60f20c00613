#include <cstdlib>

#include <huizhen/node/backend_choice.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

// A folder in which the CUDA plugin is a test plugin of tests/engine/tensor.
class PluginFolder {
  public:
    explicit PluginFolder(const std::string& kind) {
        const fs::path plugin = folder_.path() / "libhuizhen_cuda.so";
        fs::copy_file(fs::path(HUIZHEN_TEST_PLUGINS) / ("libhuizhen_test_plugin_" + kind + ".so"), plugin);
        fs::permissions(plugin, fs::perms(0755));  // whatever the umask of the build
    }
    std::vector<fs::path> folders() const { return {folder_.path()}; }

  private:
    testing::TemporaryFolder folder_;
};

std::vector<std::string> names(const BackendChoice& choice) {
    std::vector<std::string> all;
    for (const HzBackend* backend : choice.backends) all.emplace_back(backend->name);
    return all;
}

const std::vector<std::string> kOnProcessor{"cpu", "reference"};

TEST(BackendChoice, knows_the_wishes_and_refuses_others) {
    const auto under = [](const char* value) {
        ::setenv("HUIZHEN_BACKEND", value, 1);
        return wished_backend();
    };
    EXPECT_EQ(under(""), BackendWish::kAutomatic);
    EXPECT_EQ(under("reference"), BackendWish::kReference);
    EXPECT_EQ(under("cpu"), BackendWish::kCpu);
    EXPECT_EQ(under("cuda"), BackendWish::kCuda);
    for (const char* other : {"CUDA", "gpu", "cpu "}) {
        const auto refused = under(other);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
        EXPECT_THAT(refused.error().message(), HasSubstr("reference, cpu or cuda"));
    }
    ::unsetenv("HUIZHEN_BACKEND");
    EXPECT_EQ(wished_backend(), BackendWish::kAutomatic);
}

TEST(BackendChoice, takes_the_processor_when_told_to) {
    Executor executor(1);
    const PluginFolder usable("good");
    const BackendChoice cpu = choose_backend(BackendWish::kCpu, usable.folders(), executor);
    EXPECT_EQ(names(cpu), kOnProcessor);
    EXPECT_EQ(cpu.why_not_cuda, "HUIZHEN_BACKEND=cpu");
    EXPECT_THAT(cpu.runs_on, HasSubstr("processor"));
    const BackendChoice plain = choose_backend(BackendWish::kReference, usable.folders(), executor);
    EXPECT_EQ(names(plain), std::vector<std::string>{"reference"});
}

TEST(BackendChoice, takes_a_plugin_that_passes_the_check) {
    Executor executor(1);
    const PluginFolder usable("good");
    const BackendChoice choice = choose_backend(BackendWish::kCuda, usable.folders(), executor);
    EXPECT_EQ(names(choice), std::vector<std::string>{"plugged"});
    EXPECT_EQ(choice.why_not_cuda, "");
}

TEST(BackendChoice, falls_back_and_says_why) {
    Executor executor(1);
    const testing::TemporaryFolder empty;
    BackendChoice choice = choose_backend(BackendWish::kCuda, {empty.path()}, executor);
    EXPECT_EQ(names(choice), kOnProcessor);
    EXPECT_THAT(choice.why_not_cuda, HasSubstr("not installed; looked in " + empty.path().string()));

    const PluginFolder foreign("other_abi");
    choice = choose_backend(BackendWish::kCuda, foreign.folders(), executor);
    EXPECT_EQ(names(choice), kOnProcessor);
    EXPECT_THAT(choice.why_not_cuda, HasSubstr("ABI"));
}

TEST(BackendChoice, the_first_folder_with_a_plugin_decides) {
    Executor executor(1);
    const PluginFolder foreign("other_abi");
    const PluginFolder usable("good");
    const BackendChoice choice =
        choose_backend(BackendWish::kCuda, {foreign.folders().front(), usable.folders().front()}, executor);
    EXPECT_EQ(names(choice), kOnProcessor);
}

TEST(BackendChoice, plugins_are_never_looked_for_in_the_working_folder) {
    ::setenv("HUIZHEN_PLUGIN_PATH", "/opt/plugins::.:plugins:/usr/lib/other", 1);
    const std::vector<fs::path> folders = plugin_folders();
    ::unsetenv("HUIZHEN_PLUGIN_PATH");
    const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
    EXPECT_EQ(folders, (std::vector<fs::path>{"/opt/plugins", "/usr/lib/other", program,
                                              program.parent_path() / "lib" / "huizhen"}));
}

}  // namespace
}  // namespace huizhen::node
