#pragma once

// The hospital's part in the federation, at work: connects, takes part in rounds, runs what is accepted.

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include <huizhen/base/executor.h>
#include <huizhen/site/tasks.h>
#include <huizhen/vault/key_ring.h>

namespace huizhen::site {

class Site;

// What the program brings along. Borrowed; outlives the daemon.
struct DaemonParts {
    const vault::KeyRing* ring = nullptr;  // seals what a plan keeps here
    TaskSource* tasks = nullptr;
    Executor* compute = nullptr;
    std::string software_version;
};

// The name its certificate gives the site. kNotFound, "not-enrolled".
Result<std::string> site_name(const std::filesystem::path& state);

class Daemon {
  public:
    // Writes STATE/site.toml with the defaults where there is none, and takes the folder for itself.
    // kNotFound, "not-enrolled"; kUnavailable, "in-use".
    static Result<Daemon> open(const std::filesystem::path& state, const DaemonParts& parts);
    ~Daemon();
    Daemon(Daemon&&) noexcept;

    // Until `stop`, until a person here leaves the federation, or until the state can no longer be kept. It
    // may be killed at any moment.
    Status serve(const std::stop_token& stop);

    // What it is doing, in one line. Any thread.
    std::string line() const;
    const std::string& coordinator() const;

  private:
    explicit Daemon(std::unique_ptr<Site> site);
    std::unique_ptr<Site> site_;
};

}  // namespace huizhen::site
