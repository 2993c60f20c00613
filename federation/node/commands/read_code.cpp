#include "read_code.h"

#include <array>
#include <cerrno>
#include <iostream>

#include <termios.h>
#include <unistd.h>

#include <huizhen/base/secret.h>

namespace huizhen::node {
namespace {

// The terminal shows nothing while it lives.
class NoEcho {
  public:
    NoEcho() : changed_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!changed_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~NoEcho() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

  private:
    termios before_{};
    bool changed_;
};

}  // namespace

Result<identity::SecretText> read_code(std::string_view prompt) {
    const bool terminal = ::isatty(STDIN_FILENO) == 1;
    std::optional<NoEcho> quiet;
    if (terminal) {
        std::cerr << prompt << std::flush;
        quiet.emplace();
    }
    std::array<std::uint8_t, kMaxCodeBytes> line{};
    std::size_t length = 0;
    // Byte by byte: what follows the line is not ours.
    while (length < line.size()) {
        const ssize_t got = ::read(STDIN_FILENO, &line[length], 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || line[length] == '\n') break;
        ++length;
    }
    if (terminal) std::cerr << '\n';
    identity::SecretText text(std::string_view(reinterpret_cast<const char*>(line.data()), length));
    wipe(line);
    if (length == 0)
        return fail(ErrorCode::kInvalidArgument, "no-code: no invitation code came on standard input");
    return text;
}

}  // namespace huizhen::node
