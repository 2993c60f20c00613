#pragma once

// Permission tests that mean something when the tests run as root too.

#include <sys/fsuid.h>
#include <unistd.h>

namespace huizhen::testing {

// While it lives, the calling thread (only it) opens files as an ordinary user would.
class UnprivilegedFileAccess {
  public:
    UnprivilegedFileAccess() {
        if (::geteuid() == 0) ::setfsuid(kNobody);
    }
    ~UnprivilegedFileAccess() { ::setfsuid(::geteuid()); }
    UnprivilegedFileAccess(const UnprivilegedFileAccess&) = delete;
    UnprivilegedFileAccess& operator=(const UnprivilegedFileAccess&) = delete;

  private:
    static constexpr uid_t kNobody = 65534;
};

}  // namespace huizhen::testing
