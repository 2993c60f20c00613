#include "passphrase.h"

#include <array>
#include <cstdio>

#include <termios.h>
#include <unistd.h>

#include <huizhen/base/file.h>

namespace huizhen::coordinator {
namespace {

constexpr std::size_t kMaxPassphrase = 1024;

// The terminal shows nothing while it lives.
class Unseen {
  public:
    Unseen() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~Unseen() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

  private:
    termios before_{};
    bool changed_ = false;
};

std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

Result<identity::SecretText> type(const char* prompt) {
    std::fputs(prompt, stderr);
    std::array<char, kMaxPassphrase> line{};
    const Unseen unseen;
    const char* read = std::fgets(line.data(), static_cast<int>(line.size()), stdin);
    std::fputc('\n', stderr);
    if (read == nullptr) return fail(ErrorCode::kInvalidArgument, "no passphrase was typed");
    identity::SecretText text(first_line(line.data()));
    wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
    return text;
}

}  // namespace

Result<identity::SecretText> read_passphrase(const std::string& file, bool twice) {
    if (!file.empty()) {
        HZ_ASSIGN(auto bytes, read_file(file, kMaxPassphrase));
        identity::SecretText text(first_line({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
        wipe({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
        return text;
    }
    if (::isatty(STDIN_FILENO) == 0)
        return fail(ErrorCode::kInvalidArgument,
                    "there is no terminal to ask at; name a file with --passphrase-file");
    HZ_ASSIGN(identity::SecretText first, type("Passphrase for the root key: "));
    if (!twice) return first;
    HZ_ASSIGN(const identity::SecretText second, type("Once more: "));
    if (first.reveal_secret("compared with what was typed again") !=
        second.reveal_secret("compared with what was typed first"))
        return fail(ErrorCode::kInvalidArgument, "the two passphrases differ; nothing was made");
    return first;
}

}  // namespace huizhen::coordinator
