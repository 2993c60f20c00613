#pragma once

// Ctrl-C, SIGTERM and a closed terminal (SIGHUP) as a stop token. One object in a program, made in main
// before other threads start.

#include <memory>
#include <stop_token>

namespace huizhen {

class StopSignals {
  public:
    StopSignals();
    ~StopSignals();  // puts the former handlers back
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    std::stop_token token() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen
