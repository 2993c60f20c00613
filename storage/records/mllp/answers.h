#pragma once

// Where answers wait for the server's thread. Any thread.

#include <mutex>

#include <huizhen/mllp/server.h>

#include "socket.h"

namespace huizhen::mllp {

class Answers {
  public:
    struct Given {
        std::uint64_t connection, message;
        std::optional<std::string> text;
        bool close;
    };

    explicit Answers(Descriptor wake) : wake_(std::move(wake)) {}

    void give(Given given);
    std::vector<Given> take();
    int descriptor() const { return wake_.get(); }  // an eventfd, readable when something waits

  private:
    const Descriptor wake_;
    std::mutex mutex_;  // of given_
    std::vector<Given> given_;
};

}  // namespace huizhen::mllp
