#pragma once

// Time limits on sockets that other code reads and writes: DCMTK and OpenSSL block, each byte anew. When a
// limit passes, the socket is shut down under them, and what they were doing fails at once.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

namespace huizhen::imaging {

using TimePoint = std::chrono::steady_clock::time_point;

enum class Limit { kNone, kNegotiation, kIdle, kMessage, kWhole, kStopped };

class Watchdog;

// One connection. Outlived by its watchdog. Any thread.
class Watch {
  public:
    explicit Watch(Watchdog& dog);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Keeps a descriptor of its own of this socket, which DCMTK may close when it likes.
    void adopt(int socket);
    void until(TimePoint deadline, Limit limit);
    void cut(Limit limit);                      // now
    Limit passed() const;                       // the first limit that did
    int descriptor() const { return socket_; }  // for poll(); the connection's thread

  private:
    friend class Watchdog;
    void cut_locked(Limit limit);

    Watchdog& dog_;
    int socket_ = -1;  // this and the rest: dog_.mutex_
    TimePoint deadline_ = TimePoint::max();
    Limit limit_ = Limit::kNone, passed_ = Limit::kNone;
};

class Watchdog {
  public:
    Watchdog();
    ~Watchdog();

  private:
    friend class Watch;
    void mind(const std::stop_token& stop);

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::set<Watch*> watches_;            // mutex_
    TimePoint wakes_ = TimePoint::max();  // mutex_
    std::jthread thread_;
};

}  // namespace huizhen::imaging
