// The tool over real sockets, measured from its two ends. Skipped, with its reason, where the system lets
// nobody make networks; HUIZHEN_REQUIRE_NETWORK=1 makes that a failure.

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <huizhen/test_support/data.h>

#include "line.h"

namespace huizhen::slow_link {
namespace {

struct Ran {
    int code = -1;
    std::string out;
};

Ran run(const std::string& command) {
    Ran ran;
    FILE* pipe = ::popen(command.c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) ran.out += static_cast<char>(c);
    const int status = ::pclose(pipe);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ran;
}

const std::string kTool = SLOW_LINK_PROGRAM;
const std::string kProbe = "'" PYTHON "' '" PROBE "' ";

class SlowLink : public ::testing::Test {
  protected:
    void SetUp() override {
        const Ran ran = run(kTool + " --server 'sleep 60' -- true 2>&1");
        if (ran.code == 0) return;
        ASSERT_EQ(ran.code, 77) << ran.out;
        ASSERT_EQ(std::getenv("HUIZHEN_REQUIRE_NETWORK"), nullptr) << ran.out;
        GTEST_SKIP() << "skipped: " << ran.out;
    }
    nlohmann::json measure(const std::string& options, const std::string& what, const std::string& numbers) {
        const std::string ready = (folder.path() / "ready").string();
        const std::string report = (folder.path() / "report").string();
        const Ran ran = run(kTool + " " + options + " --report " + report + " --server \"" + kProbe +
                            "serve " + ready + "\" -- " + kProbe + what + " " + ready + " " + numbers);
        EXPECT_EQ(ran.code, 0) << ran.out;
        carried = nlohmann::json::parse(std::ifstream(report), nullptr, false);
        return nlohmann::json::parse(ran.out, nullptr, false);
    }
    static std::vector<int> numbers_of(const nlohmann::json& answer) {
        std::vector<int> numbers;
        for (const auto& [number, milliseconds] : answer["round_trip_ms"].items()) {
            numbers.push_back(std::stoi(number));
        }
        std::sort(numbers.begin(), numbers.end());
        return numbers;
    }
    testing::TemporaryFolder folder;
    nlohmann::json carried;
};

TEST_F(SlowLink, ends_as_the_command_does_and_leaves_nothing) {
    EXPECT_EQ(run(kTool + " --server 'sleep 60' -- sh -c 'exit 3'").code, 3);
    EXPECT_EQ(run(kTool + " --server 'sleep 60' -- sh -c 'kill -9 $$'").code, 128 + 9);
    EXPECT_EQ(run(kTool + " --server 'sleep 60' -- /no/such/program 2>/dev/null").code, 127);
    EXPECT_EQ(run(kTool + " --rate fast -- true 2>/dev/null").code, 2);
    // The addresses are where they were promised, and nothing else is: no way out.
    const Ran ran = run(kTool + " --subnet 9 --server 'sleep 60' -- cat /proc/net/dev /proc/net/route");
    EXPECT_NE(ran.out.find("slow9"), std::string::npos);
    EXPECT_NE(ran.out.find("0009C90A"), std::string::npos);
    EXPECT_EQ(ran.out.find("slow9\t00000000"), std::string::npos) << ran.out;
    EXPECT_EQ(run(kTool + " --subnet 9 --server 'sleep 60' -- printenv SLOW_LINK_SERVER").out,
              "10.201.9.1\n");
}

TEST_F(SlowLink, delays_both_ways) {
    const auto answer = measure("--delay 60ms", "ping", "20 20");
    ASSERT_EQ(numbers_of(answer).size(), 20u);
    double fastest = 1e9;
    for (const auto& [number, milliseconds] : answer["round_trip_ms"].items()) {
        fastest = std::min(fastest, milliseconds.get<double>());
    }
    EXPECT_GE(fastest, 120);
    EXPECT_LE(fastest, 220);  // of twenty, the luckiest on a busy machine
}

TEST_F(SlowLink, loses_exactly_the_packets_that_the_seed_says) {
    LineSettings settings;
    settings.loss = 0.1;
    settings.seed = 11;
    Line down(settings);
    ++settings.seed;
    Line up(settings);
    std::vector<int> expected;
    for (int i = 0; i < 300; ++i) {
        up.push(Packet(100), Time{});
        if (!up.take(Time{})) continue;
        down.push(Packet(100), Time{});
        if (down.take(Time{})) expected.push_back(i);
    }
    EXPECT_EQ(numbers_of(measure("--loss 10% --seed 11", "ping", "300 2")), expected);
    EXPECT_EQ(carried["up"]["lost"], up.counts().lost);
    EXPECT_EQ(carried["down"]["lost"], down.counts().lost);
}

TEST_F(SlowLink, carries_no_more_than_its_rate_and_not_much_less) {
    const double bytes = 400'000, rate = 2e6;
    const auto answer = measure("--rate 2mbit --delay 10ms", "upload", "400000");
    const double goodput = 8 * bytes / answer.value("seconds", 1e9);
    EXPECT_LT(goodput, rate);
    EXPECT_GT(goodput, 0.5 * rate);
    EXPECT_GE(carried["up"]["bytes"].get<double>(), bytes);
}

TEST_F(SlowLink, tcp_gets_through_loss) {
    const auto answer = measure("--rate 8mbit --delay 10ms --loss 2%", "upload", "300000");
    EXPECT_GT(answer.value("seconds", 0.0), 8 * 300'000 / 8e6);
    EXPECT_GT(carried["up"]["lost"], 0);
}

TEST_F(SlowLink, an_outage_takes_what_falls_into_it) {
    const auto numbers = numbers_of(measure("--outage 500ms:700ms", "ping", "100 25"));
    ASSERT_FALSE(numbers.empty());
    EXPECT_EQ(numbers.back(), 99);
    std::vector<int> gaps;
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        if (numbers[i] - numbers[i - 1] > 1) gaps.push_back(numbers[i] - numbers[i - 1] - 1);
    }
    const int missing = 100 - static_cast<int>(numbers.size());
    EXPECT_LE(gaps.size(), 1u);
    EXPECT_GE(missing, 14);  // 700 ms are 28 pings; a busy machine may send some late
    EXPECT_LE(missing, 42);
}

}  // namespace
}  // namespace huizhen::slow_link
