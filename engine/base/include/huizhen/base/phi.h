#pragma once

// Phi<T>: protected health information. It cannot be printed, logged, compared with plain values or
// converted silently; reveal_phi(why) is the one way in, and a reviewer can search for it.

#include <utility>

namespace huizhen {

template <typename T>
class Phi {
  public:
    Phi() = default;
    explicit Phi(T value) : value_(std::move(value)) {}

    // `why` is not stored: it stands in the source, where a reader asks the question.
    const T& reveal_phi(const char* /*why*/) const { return value_; }

    friend bool operator==(const Phi& a, const Phi& b) { return a.value_ == b.value_; }
    friend bool operator<(const Phi& a, const Phi& b) { return a.value_ < b.value_; }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const Phi&) = delete;

  private:
    T value_{};
};

}  // namespace huizhen
