#pragma once

// The unix socket of the command line. Accepting is ours and not gRPC's, because gRPC does not tell who
// connects: only the coordinator's own user and root get as far as gRPC. It has a thread, which waits in
// accept().

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include <huizhen/base/result.h>
#include <huizhen/files/descriptor.h>

#include "refusal_log.h"

namespace huizhen::rpc {

class LocalSocket {
  public:
    // `accepted` takes over a connected descriptor; called from the socket's thread. A socket that a dead
    // process left behind is replaced; kUnavailable, "in-use", where a living one answers.
    static Result<std::unique_ptr<LocalSocket>> listen(const std::filesystem::path& path, RefusalLog& log,
                                                       std::function<void(int fd)> accepted);
    ~LocalSocket();  // no call of `accepted` after it

  private:
    LocalSocket() = default;
    void run(RefusalLog& log) const;

    std::filesystem::path path_;
    files::Descriptor listener_;
    std::function<void(int)> accepted_;
    std::jthread thread_;
};

}  // namespace huizhen::rpc
