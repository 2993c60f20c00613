// A DICOM server that keeps what it receives in a folder: file and folder fsynced before the answer, the
// folder once for all associations that wait. store.py measures it beside others. Ends with its standard
// input.
//
//     bench_store_server PORT FOLDER [CALLING_AE ...]

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include <fcntl.h>
#include <unistd.h>

#include <huizhen/dicom_network/server.h>

namespace {

using namespace huizhen;
using namespace huizhen::imaging;

// One fsync serves all who asked before it began.
class GroupSync {
  public:
    explicit GroupSync(int descriptor) : descriptor_(descriptor) {}

    bool wait() {
        std::unique_lock lock(mutex_);
        const std::uint64_t mine = begun_ + 1;  // a sync that is under way may have begun too early
        while (done_ < mine) {
            if (running_) {
                changed_.wait(lock);
                continue;
            }
            running_ = true;
            const std::uint64_t now = ++begun_;
            lock.unlock();
            const bool good = ::fsync(descriptor_) == 0;
            lock.lock();
            running_ = false;
            if (!good) return false;
            done_ = now;
            changed_.notify_all();
        }
        return true;
    }

  private:
    const int descriptor_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t begun_ = 0, done_ = 0;
    bool running_ = false;
};

class FolderSink final : public InstanceSink {
  public:
    explicit FolderSink(const std::string& folder)
        : folder_(folder), descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY)), names_(descriptor_) {}
    ~FolderSink() override { ::close(descriptor_); }

    Status store(const InstanceHeader& header, std::span<const std::byte> file) override {
        const std::string part = folder_ + "/" + std::to_string(counter_++) + ".part";
        const int written = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        bool good = written >= 0;
        while (good && !file.empty()) {
            const auto count = ::write(written, file.data(), file.size());
            good = count > 0;
            if (good) file = file.subspan(static_cast<std::size_t>(count));
        }
        good = good && ::fsync(written) == 0;
        if (written >= 0) ::close(written);
        good = good && ::rename(part.c_str(), (folder_ + "/" + header.sop_instance_uid).c_str()) == 0;
        if (good && names_.wait()) return {};
        return fail(ErrorCode::kIo, "not stored");
    }

  private:
    const std::string folder_;
    const int descriptor_;
    GroupSync names_;
    std::atomic<std::uint64_t> counter_ = 0;
};

class Errors final : public NetworkObserver {
  public:
    void refused(const Refusal& refusal) override {
        std::fprintf(stderr, "%s: %s\n", std::string(refusal_name(refusal.reason)).c_str(),
                     refusal.detail.c_str());
    }
    void accepted(const std::string&, const std::string&) override {}
    void ended(const AssociationSummary&) override {}
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_store_server PORT FOLDER [CALLING_AE ...]\n");
        return 2;
    }
    ServerOptions options;
    options.ae_title = "HUIZHEN";
    options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    for (int i = 3; i < argc; ++i) options.peers.push_back({argv[i], {"127.0.0.1"}, {}});
    FolderSink sink(argv[2]);
    Errors errors;
    auto server = DicomServer::start(options, {sink, errors});
    if (!server) {
        std::fprintf(stderr, "%s\n", server.error().to_string().c_str());
        return 1;
    }
    while (std::getchar() != EOF) {
    }
    (*server)->stop(std::chrono::seconds(5));
    return 0;
}
