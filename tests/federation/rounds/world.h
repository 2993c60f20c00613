#pragma once

// A federation in one process and on one thread: a coordinator, sites, a clock and a network that loses,
// doubles, delays and reorders, and programs that are killed anywhere and come back from their journals.
// Everything follows from the options, so that a seed tells a schedule. What must always hold is checked on
// the way; `broken` collects what did not.

#include <optional>
#include <queue>
#include <random>

#include "fixtures.h"

namespace huizhen::rounds {

// Where a program is killed, relative to an input it takes.
enum class Kill { kNever, kBeforeCommit, kAfterCommit };

struct WorldOptions {
    std::uint32_t seed = 1;
    std::size_t words = 17;
    double drop = 0, duplicate = 0;  // of each message
    double delay_s = 0.01;           // at most, each message by itself: they overtake each other
    double crash = 0;                // at each input, of whoever takes it
    double training_s = 5;           // at most
    double heartbeat_s = 10;
    double downtime_s = 3;
    double coordinator_downtime_s = 3;
    double limit_s = 100'000;  // of the world's own time
    // One fault at one place: the n-th message sent, or the n-th input taken.
    std::size_t drop_message = SIZE_MAX, duplicate_message = SIZE_MAX, delay_message = SIZE_MAX;
    std::size_t kill_at = SIZE_MAX;
    Kill kill = Kill::kNever;
    // By site.
    std::map<std::size_t, double> dies_at{};                  // seconds after the start; for good
    std::map<std::size_t, Step> mute_from{};                  // sends nothing from this step on, but lives
    std::map<std::size_t, std::string> refuses{};             // declines
    std::map<std::size_t, std::string> job_fails{};           // its training does
    std::map<std::size_t, std::pair<double, double>> away{};  // unreachable between these
    std::map<std::size_t, double> slow_s{};                   // training takes so long
    std::map<std::size_t, double> revoked_at{};
    std::optional<double> aborted_at{};
};

class World {
  public:
    World(const Enrolled& enrolled, RoundSetup setup, WorldOptions options);

    // Until every living program is done, or the time is up.
    void run();

    const std::vector<std::string>& broken() const { return broken_; }
    bool finished() const;
    const RoundResult& result() const { return *result_; }
    bool has_result() const { return result_.has_value(); }
    const SiteRound* site(std::size_t i) const { return sites_[i].round ? &*sites_[i].round : nullptr; }
    std::size_t charges(std::size_t i) const { return sites_[i].charges.size(); }
    std::size_t messages_sent() const { return messages_; }
    std::size_t inputs_taken() const { return inputs_; }
    std::size_t crashes() const { return crashes_; }
    double seconds() const { return now_; }
    const std::vector<CoordinatorInput>& journal() const { return coordinator_.journal; }
    const std::vector<SiteInput>& journal(std::size_t i) const { return sites_[i].journal; }

  private:
    static constexpr std::size_t kCoordinator = SIZE_MAX;

    struct Coordinator {
        std::optional<CoordinatorRound> round;
        std::vector<CoordinatorInput> journal;
        std::vector<std::vector<CoordinatorOutput>> outputs;
        std::map<SiteId, WallTime> last_heard;
        WallTime listening_since = kStart;
        std::uint64_t epoch = 0;
        double up_at = 0;
    };
    struct Site {
        std::optional<SiteSetup> setup;
        std::optional<SiteRound> round;
        std::vector<SiteInput> journal;
        std::vector<std::vector<std::string>> outputs;
        std::map<Sha256Digest, std::vector<std::uint32_t>> files;
        std::map<std::pair<Step, Step>, Message> said;
        std::set<std::pair<std::string, std::uint64_t>> charges;
        std::set<Sha256Digest> put;
        std::optional<Concluded> concluded;
        std::uint64_t epoch = 0;
        double up_at = 0;
    };
    struct Event {
        double at;
        std::uint64_t order;
        std::size_t node;
        std::uint64_t epoch;  // of the node: an event of a killed program does not happen
        std::function<void()> act;
        bool operator<(const Event& other) const {
            return std::tie(at, order) > std::tie(other.at, other.order);
        }
    };

    void schedule(double after_s, std::size_t node, std::function<void()> act, bool survives = false);
    void send_to_site(std::size_t i, const Message& message);
    void send_to_coordinator(std::size_t i, const Message& message);
    template <typename Deliver>
    void transmit(std::size_t site, std::size_t receiver, Deliver deliver);

    void give(const CoordinatorInput& input);
    void give(std::size_t i, const SiteInput& input);
    void take_first(std::size_t i, const Message& message);
    void act(const std::vector<CoordinatorOutput>& outputs);
    void act(std::size_t i, const std::vector<SiteOutput>& outputs);
    void act_one(std::size_t i, const SiteOutput& output);
    void train(std::size_t i, const TrainAndMask& job);
    void aggregate();
    void restart_coordinator();
    void restart_site(std::size_t i);
    void heartbeat(std::size_t i);
    void tick();

    Kill killed_here();
    bool reachable(std::size_t i) const;
    bool dead(std::size_t i) const;
    bool chance(double probability);
    double uniform(double limit);
    WallTime wall() const {
        return kStart + std::chrono::milliseconds(static_cast<std::int64_t>(now_ * 1000));
    }
    void check(bool holds, const std::string& what) {
        if (!holds) broken_.push_back(what);
    }
    void check_end();

    const Enrolled& enrolled_;
    RoundSetup setup_;
    WorldOptions options_;
    std::mt19937 random_;
    Executor executor_{1};
    MemoryUploads uploads_;
    Coordinator coordinator_;
    std::vector<Site> sites_;
    std::optional<RoundResult> result_;
    std::priority_queue<Event> events_;
    std::uint64_t order_ = 0;
    double now_ = 0;
    std::size_t messages_ = 0, inputs_ = 0, crashes_ = 0;
    std::vector<std::string> broken_;
};

// An output as text, to compare a replay's with what was said before.
std::string fingerprint(const SiteOutput& output);

}  // namespace huizhen::rounds
