// HL7 over MLLP on loopback: messages a second from frame to acknowledgement, each read, mapped and, in
// batches, written to a file that is flushed before anything is answered; against the limit of 2,000 a
// second, and against the same server answering unread. Senders wait for each answer, as hospitals' engines
// do. The memory at the start and the end tells whether it grows. Usage: bench_mllp FOLDER [SECONDS
// [SENDERS]], by default 10 and 4.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <huizhen/hl7/acknowledgement.h>
#include <huizhen/hl7/to_update.h>
#include <huizhen/mllp/server.h>

#include "client.h"

namespace {

using namespace huizhen;

constexpr double kLimitPerSecond = 2000;

std::string laboratory_message(int number) {
    std::string text = "MSH|^~\\&|LIS|CENTRAL|NODE|RAD|20260301081530+0800||ORU^R01^ORU_R01|M" +
                       std::to_string(number) +
                       "|P|2.5.1||||||UNICODE UTF-8\r"
                       "PID|1||4711^^^HIS&1.2.3&ISO^MR||Zhang^San^^^^^L^A||19600102|M\r"
                       "PV1|1|I|||||||||||||||||V1\r"
                       "ORC|RE|P1|F1\rOBR|1|P1|F1|CBC^Blood count^L|||202603010700|||||||||||||||||HM|F\r";
    for (int i = 1; i <= 15; ++i) {
        text += "OBX|" + std::to_string(i) + "|NM|718-" + std::to_string(i) +
                "^Haemoglobin^LN||13.5|g/dL|12.0-16.0|N|||F|||202603010730\r";
    }
    return text;
}

// Stores on a thread of its own what has come in the meantime, flushes once, then answers.
class Storing final : public mllp::MessageHandler {
  public:
    Storing(const std::string& path, bool reads, bool durable)
        : file_(::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600)),
          reads_(reads),
          durable_(durable),
          thread_([this] { run(); }) {}
    ~Storing() override {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        arrived_.notify_one();
        thread_.join();
        ::close(file_);
    }
    void on_message(const mllp::Peer&, std::string message, mllp::Answer answer) override {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(message), std::move(answer)});
        arrived_.notify_one();
    }
    void on_refused(const std::string&, const Error& why) override {
        std::fprintf(stderr, "%s\n", why.message().c_str());
        std::exit(1);
    }
    std::atomic<std::uint64_t> flushes{0};

  private:
    struct Waiting {
        std::string message;
        mllp::Answer answer;
    };

    std::string answer_to(const std::string& bytes) const {
        if (!reads_) return "MSH|^~\\&|NODE|RAD|LIS|CENTRAL|20260301||ACK|1|P|2.5\rMSA|AA|1\r";
        hl7::Verdict verdict = hl7::accepted();
        const auto message = hl7::parse(bytes);
        const auto update =
            message ? hl7::to_update(*message, {}) : Result<chart::Update>(fail(message.error()));
        if (!update) verdict = hl7::verdict_of(update.error());
        return hl7::acknowledge(*hl7::read_envelope(bytes), verdict, {"1", std::chrono::system_clock::now()})
            .value();
    }

    void run() {
        std::vector<Waiting> batch;
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                arrived_.wait(lock, [&] { return over_ || !waiting_.empty(); });
                if (waiting_.empty()) return;
                batch.swap(waiting_);
            }
            std::vector<std::string> answers;
            for (const Waiting& each : batch) {
                answers.push_back(answer_to(each.message));
                if (::pwrite(file_, each.message.data(), each.message.size(), 0) < 0) std::abort();
            }
            if (durable_) ::fdatasync(file_);
            ++flushes;
            for (std::size_t i = 0; i < batch.size(); ++i) batch[i].answer.send(std::move(answers[i]));
            batch.clear();
        }
    }

    const int file_;
    const bool reads_, durable_;
    std::mutex mutex_;  // of waiting_ and over_
    std::condition_variable arrived_;
    std::vector<Waiting> waiting_;
    bool over_ = false;
    std::thread thread_;
};

long resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
    }
    return 0;
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Run {
    double per_second, per_flush, cpu_us;  // the processor's time for one message, its sender's share with it
    std::uint64_t messages;
    long early_kib, late_kib;
};

Run measure(const std::string& path, bool reads, bool durable, double seconds, int senders) {
    Storing storing(path, reads, durable);
    mllp::ServerSettings settings;
    settings.port = 0;
    const auto server = mllp::Server::start(settings, storing).value();
    std::atomic<std::uint64_t> answered{0};
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    const double cpu_before = cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    for (int sender = 0; sender < senders; ++sender) {
        threads.emplace_back([&, sender] {
            mllp::Client client(server->port());
            const std::string message = laboratory_message(sender);
            while (!over) {
                client.send(message);
                const auto answer = client.receive();
                if (!answer || answer->find("|AA|") == std::string::npos) std::abort();
                ++answered;
            }
        });
    }
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    while (elapsed() < seconds * 0.1) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const long early = resident_kib();
    while (elapsed() < seconds) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const double took = elapsed();
    const std::uint64_t count = answered;
    const long late = resident_kib();
    const double cpu = cpu_seconds() - cpu_before;
    over = true;
    for (auto& thread : threads) thread.join();
    return {static_cast<double>(count) / took,
            static_cast<double>(count) / static_cast<double>(storing.flushes),
            1e6 * cpu / static_cast<double>(count),
            count,
            early,
            late};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "Usage: bench_mllp FOLDER [SECONDS [SENDERS]]\n");
        return 1;
    }
    const double seconds = argc > 2 ? std::atof(argv[2]) : 10;
    const int senders = argc > 3 ? std::atoi(argv[3]) : 32;
    const std::string path = std::string(argv[1]) + "/bench-mllp.bin";
    std::printf("%zu bytes a message, %d senders, limit %.0f messages/s\n", laboratory_message(0).size(),
                senders, kLimitPerSecond);
    const auto print = [](const char* what, const Run& run) {
        std::printf(
            "%-28s %6.0f messages/s, %.2f of the limit; %llu in all, %.1f a flush, %.0f us of CPU each; %ld "
            "KiB, then %ld KiB\n",
            what, run.per_second, run.per_second / kLimitPerSecond,
            static_cast<unsigned long long>(run.messages), run.per_flush, run.cpu_us, run.early_kib,
            run.late_kib);
    };
    const Run unread = measure(path, false, true, seconds / 4, senders);
    print("flushed, not read:", unread);
    const Run whole = measure(path, true, true, seconds, senders);
    print("flushed, read and mapped:", whole);
    const Run bare = measure(path, true, false, seconds, senders);
    print("not flushed, read and mapped:", bare);
    std::printf("reading and mapping keep %.2f of the rate\n", whole.per_second / unread.per_second);
    ::unlink(path.c_str());
    return 0;
}
