#pragma once

// How long work tells a person where it is, and how a person stops it.

#include <cstdint>
#include <stop_token>
#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen {

// Called from the thread that does the work, at most a few hundred times a second; must not block.
class ProgressSink {
  public:
    virtual ~ProgressSink() = default;
    // `done` of `total` units of the named stage; total 0 means not known yet.
    virtual void advance(std::string_view stage, std::uint64_t done, std::uint64_t total) = 0;
};

// A sink that says nothing.
ProgressSink& silent_progress();

// kCancelled once stop was asked for: `HZ_TRY(check_stop(stop));` inside long loops.
Status check_stop(const std::stop_token& stop);

}  // namespace huizhen
