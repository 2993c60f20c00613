#include "site.h"

#include <csignal>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace huizhen::imaging::testing_site {
namespace {

constexpr std::chrono::seconds kPatience{10};

bool connects(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool reached = ::connect(socket, reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0;
    ::close(socket);
    return reached;
}

}  // namespace

Status MemorySink::store(const InstanceHeader& header, std::span<const std::byte> file) {
    if (before) HZ_TRY(before());
    const std::lock_guard lock(mutex_);
    received_.push_back({header, {file.begin(), file.end()}});
    return {};
}

std::size_t MemorySink::count() const {
    const std::lock_guard lock(mutex_);
    return received_.size();
}

Received MemorySink::at(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    return received_.at(index);
}

void Notes::refused(const Refusal& refusal) {
    const std::lock_guard lock(mutex_);
    refusals_.push_back(refusal);
    changed_.notify_all();
}

void Notes::accepted(const std::string&, const std::string&) {
    const std::lock_guard lock(mutex_);
    ++accepted_;
    changed_.notify_all();
}

void Notes::ended(const AssociationSummary& summary) {
    const std::lock_guard lock(mutex_);
    ends_.push_back(summary);
    changed_.notify_all();
}

std::optional<Refusal> Notes::wait_for(RefusalReason reason, std::size_t times) const {
    std::unique_lock lock(mutex_);
    const auto is = [&](const Refusal& refusal) { return refusal.reason == reason; };
    const auto enough = [&] {
        return std::ranges::count_if(refusals_, is) >= static_cast<std::ptrdiff_t>(times);
    };
    if (!changed_.wait_for(lock, kPatience, enough)) return std::nullopt;
    return *std::ranges::find_if(refusals_, is);
}

std::vector<AssociationSummary> Notes::wait_for_ends(std::size_t count) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return ends_.size() >= count; });
    return ends_;
}

std::size_t Notes::count(RefusalReason reason) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(refusals_, reason, &Refusal::reason));
}

std::string Notes::text() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const Refusal& refusal : refusals_) {
        text += std::string(refusal_name(refusal.reason)) + " " + refusal.address + " " + refusal.calling_ae +
                " " + refusal.detail + "\n";
    }
    for (const AssociationSummary& end : ends_) text += end.address + " " + end.calling_ae + "\n";
    return text;
}

Result<CommitmentReport> Desk::answer(const std::string&, const CommitmentRequest& request) {
    if (broken) return fail(ErrorCode::kIo, "the database is away");
    CommitmentReport report;
    report.transaction_uid = request.transaction_uid;
    for (const InstanceReference& instance : request.instances) {
        if (std::ranges::find(missing, instance.sop_instance_uid) == missing.end()) {
            report.committed.push_back(instance);
        } else {
            report.failed.push_back({instance, CommitmentFailure::kNoSuchInstance});
        }
    }
    return report;
}

void Desk::undelivered(const std::string&, const CommitmentReport& report) {
    const std::lock_guard lock(mutex_);
    undelivered_.push_back(report);
}

void Desk::reported(const std::string&, const CommitmentReport& report) {
    const std::lock_guard lock(mutex_);
    reported_.push_back(report);
}

std::vector<CommitmentReport> Desk::undelivered_reports() const {
    const std::lock_guard lock(mutex_);
    return undelivered_;
}

std::vector<CommitmentReport> Desk::reports() const {
    const std::lock_guard lock(mutex_);
    return reported_;
}

Site::Site(const std::function<void(ServerOptions&)>& change) {
    options.ae_title = "HUIZHEN";
    options.port = 0;
    options.peers = {{"PACS", {"127.0.0.1"}, {}}};
    if (change) change(options);
}

void Site::start() {
    if (server) return;
    auto started = DicomServer::start(options, {sink, notes, &desk});
    ASSERT_TRUE(started) << started.error().to_string();
    server = std::move(*started);
}

std::uint16_t Site::port() {
    start();
    return server ? server->port() : 0;
}

Destination Site::destination() const {
    return {"HUIZHEN", "127.0.0.1", server ? server->port() : std::uint16_t{0}};
}

DicomClient client(const ClientLimits& limits) { return DicomClient("PACS", limits); }

Said run(const std::string& command) {
    Said said;
    FILE* pipe = ::popen(("exec 2>&1; " + command).c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said.text += static_cast<char>(c);
    const int status = ::pclose(pipe);
    said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return said;
}

bool installed(const std::string& program) { return run("command -v " + program).code == 0; }

Beside::Beside(std::vector<std::string> command, std::uint16_t port) {
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    for (int attempt = 0; attempt < 500 && !listening_; ++attempt) {
        listening_ = connects(port);
        if (!listening_) ::usleep(20'000);
    }
}

Beside::~Beside() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(name);
    ::bind(socket, reinterpret_cast<sockaddr*>(&name), sizeof(name));
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &length);
    ::close(socket);
    return ntohs(name.sin_port);
}

}  // namespace huizhen::imaging::testing_site
