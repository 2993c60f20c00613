#pragma once

// One line on a terminal that says what a daemon is doing, drawn again while that changes.

#include <functional>
#include <iosfwd>
#include <string>
#include <thread>

namespace huizhen::node {

class StatusLine {
  public:
    // `text` is asked from a thread of its own; both outlive it.
    StatusLine(std::ostream& out, int columns, std::function<std::string()> text);
    ~StatusLine();  // takes the line away

  private:
    std::ostream& out_;
    std::jthread thread_;
};

}  // namespace huizhen::node
