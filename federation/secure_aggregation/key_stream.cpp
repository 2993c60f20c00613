#include "key_stream.h"

#include <huizhen/base/check.h>

namespace huizhen::secagg {

KeyStream::KeyStream() : context_(EVP_CIPHER_CTX_new()) {
    HZ_CHECK(
        context_ && EVP_EncryptInit_ex(context_.get(), EVP_aes_256_ctr(), nullptr, nullptr, nullptr) == 1,
        "OpenSSL offers no AES-256-CTR");
}

void KeyStream::start(const Secret32& key, std::uint64_t block) {
    std::array<std::uint8_t, 16> counter{};  // 128 bits, big-endian
    for (int i = 0; i < 8; ++i) counter[15 - i] = static_cast<std::uint8_t>(block >> (8 * i));
    HZ_CHECK(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, key.bytes().data(), counter.data()) == 1,
             "AES-256-CTR key");
}

void KeyStream::next(const std::uint8_t* zeros, std::span<std::uint8_t> out) {
    int written = 0;
    HZ_CHECK(
        EVP_EncryptUpdate(context_.get(), out.data(), &written, zeros, static_cast<int>(out.size())) == 1,
        "AES-256-CTR stream");
}

}  // namespace huizhen::secagg
