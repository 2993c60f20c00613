#pragma once

// HZ_CHECK(condition, "what must hold"): an invariant of our own code, checked in release builds too.
// A failure throws InvariantBroken, so that a daemon can fail one job and go on; a command line prints it.

#include <stdexcept>
#include <string_view>

namespace huizhen {

class InvariantBroken : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view message);

}  // namespace huizhen

#define HZ_CHECK(condition, message)                                            \
    do {                                                                        \
        if (!(condition)) [[unlikely]]                                          \
            ::huizhen::check_failed(__FILE__, __LINE__, #condition, (message)); \
    } while (false)
