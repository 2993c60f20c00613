#pragma once

// A server on loopback with a sink in memory and an observer that remembers; other people's programs against
// it.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include <huizhen/dicom_network/client.h>
#include <huizhen/dicom_network/server.h>
#include <huizhen/test_support/data.h>

namespace huizhen::imaging::testing_site {

struct Received {
    InstanceHeader header;
    std::vector<std::byte> file;
};

class MemorySink final : public InstanceSink {
  public:
    Status store(const InstanceHeader& header, std::span<const std::byte> file) override;
    std::size_t count() const;
    Received at(std::size_t index) const;

    std::function<Status()> before;  // set before the server starts

  private:
    mutable std::mutex mutex_;
    std::vector<Received> received_;
};

class Notes final : public NetworkObserver {
  public:
    void refused(const Refusal& refusal) override;
    void accepted(const std::string& address, const std::string& calling_ae) override;
    void ended(const AssociationSummary& summary) override;

    // Waits for it, up to ten seconds; nullopt when it did not come.
    std::optional<Refusal> wait_for(RefusalReason reason, std::size_t times = 1) const;
    std::vector<AssociationSummary> wait_for_ends(std::size_t count) const;
    std::size_t count(RefusalReason reason) const;
    std::string text() const;  // everything, to search for what must not be in it

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<Refusal> refusals_;
    std::vector<AssociationSummary> ends_;
    std::size_t accepted_ = 0;
};

class Desk final : public CommitmentDesk {
  public:
    Result<CommitmentReport> answer(const std::string& calling_ae, const CommitmentRequest& request) override;
    void undelivered(const std::string& calling_ae, const CommitmentReport& report) override;
    void reported(const std::string& calling_ae, const CommitmentReport& report) override;

    std::vector<std::string> missing;  // SOP instance UIDs that are not here; set before the server starts
    bool broken = false;               // the same
    std::vector<CommitmentReport> undelivered_reports() const;
    std::vector<CommitmentReport> reports() const;

  private:
    mutable std::mutex mutex_;
    std::vector<CommitmentReport> undelivered_, reported_;
};

struct Site {
    // HUIZHEN on any port; PACS may call from 127.0.0.1.
    explicit Site(const std::function<void(ServerOptions&)>& change = {});

    Destination destination() const;
    void start();  // at the first use, so that sink and desk can be set up before
    std::uint16_t port();

    ServerOptions options;
    MemorySink sink;
    Notes notes;
    Desk desk;
    std::unique_ptr<DicomServer> server;
};

DicomClient client(const ClientLimits& limits = {});

// A program and what it said; code -1 where it died of a signal.
struct Said {
    int code = -1;
    std::string text;
};
Said run(const std::string& command);
bool installed(const std::string& program);

// A program that runs beside the test, ended with it.
class Beside {
  public:
    Beside(std::vector<std::string> command, std::uint16_t port);  // waits until it listens
    ~Beside();
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;
    bool listening() const { return listening_; }

  private:
    int process_ = -1;
    bool listening_ = false;
};
std::uint16_t free_port();

}  // namespace huizhen::imaging::testing_site

// At the start of a test that needs dcmtk's programs.
#define HZ_NEED_PROGRAM(name) \
    if (!::huizhen::imaging::testing_site::installed(name)) GTEST_SKIP() << "skipped: no " name
