#pragma once

// Bytes that all associations together may hold of objects in flight.

#include <atomic>
#include <cstddef>

namespace huizhen::imaging {

class ByteBudget {
  public:
    explicit ByteBudget(std::size_t total) : left_(total) {}

    bool take(std::size_t count) {
        std::size_t left = left_.load();
        while (left >= count) {
            if (left_.compare_exchange_weak(left, left - count)) return true;
        }
        return false;
    }
    void give_back(std::size_t count) { left_.fetch_add(count); }

  private:
    std::atomic<std::size_t> left_;
};

}  // namespace huizhen::imaging
