#pragma once

// A folder for as long as this lives.

#include <filesystem>
#include <utility>

#include <huizhen/base/result.h>

namespace huizhen::coordinator::simulation {

class TemporaryFolder {
  public:
    static Result<TemporaryFolder> create();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace huizhen::coordinator::simulation
