#pragma once

// Text that is a secret: a private key's PEM, an invitation, a passphrase. It moves but does not copy, has no
// way into a stream or a log, and is overwritten at the end. reveal_secret(why) is the one way in, and a
// reviewer can search for it.

#include <string_view>
#include <vector>

#include <huizhen/base/secret.h>

namespace huizhen::identity {

class SecretText {
  public:
    SecretText() = default;
    explicit SecretText(std::string_view text) : bytes_(text.begin(), text.end()) {}
    ~SecretText() { wipe(bytes_); }

    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    SecretText(SecretText&& other) noexcept : bytes_(std::move(other.bytes_)) {}
    SecretText& operator=(SecretText&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }

    // `why` is not stored: it stands in the source, where a reader asks the question.
    std::string_view reveal_secret(const char* /*why*/) const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const SecretText&) = delete;

  private:
    std::vector<std::uint8_t> bytes_;  // not std::string, which keeps short texts inside itself when it moves
};

}  // namespace huizhen::identity
