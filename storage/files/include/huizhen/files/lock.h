#pragma once

// One writer: held by one process at a time, given back by the system when that process ends, however it
// ends.

#include <huizhen/files/descriptor.h>

namespace huizhen::files {

class ExclusiveLock {
  public:
    // Makes the file where it is absent; it stays, empty. kUnavailable, "in-use: ...": somebody has it,
    // another object of this process included.
    static Result<ExclusiveLock> take(const std::filesystem::path& path);

  private:
    explicit ExclusiveLock(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

}  // namespace huizhen::files
