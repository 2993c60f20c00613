#pragma once

// What one batch of the loop does besides its rows: what leaves once they are committed, and how a part of it
// that failed leaves nothing behind. The loop's thread alone.

#include <functional>
#include <vector>

#include <huizhen/database/connection.h>

namespace huizhen::coordinator {

class Batch {
  public:
    void after_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }
    void on_undo(std::function<void()> action) { on_undo_.push_back(std::move(action)); }

    struct Outcome {
        Status part;  // what it said
        Status kept;  // an error: it could be neither kept nor undone, and the whole batch is lost
    };
    // A savepoint around `part`; parts may lie within parts. One that fails changes no row, says nothing, and
    // what it has made besides is taken back, the latest first.
    Outcome whole_or_nothing(database::Connection& connection, const std::function<Status()>& part);

    // Over; what was to happen after the commit.
    std::vector<std::function<void()>> take();

  private:
    std::vector<std::function<void()>> after_commit_, on_undo_;
};

}  // namespace huizhen::coordinator
