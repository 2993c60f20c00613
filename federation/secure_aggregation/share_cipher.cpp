#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/refusal.h>
#include <huizhen/secure_aggregation/share_cipher.h>

#include "openssl_handles.h"

namespace huizhen::secagg {

Bytes seal(const Secret32& key, BytesView plain, BytesView associated, RandomSource& random) {
    Bytes box(kBoxOverhead + plain.size());
    const std::span<std::uint8_t> nonce = std::span(box).first(kNonceBytes);
    random.fill(nonce);
    const EvpCipherContext context(EVP_CIPHER_CTX_new());
    int length = 0;
    HZ_CHECK(context &&
                 EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(),
                                    nonce.data()) == 1 &&
                 EVP_EncryptUpdate(context.get(), nullptr, &length, associated.data(),
                                   static_cast<int>(associated.size())) == 1 &&
                 EVP_EncryptUpdate(context.get(), box.data() + kNonceBytes, &length, plain.data(),
                                   static_cast<int>(plain.size())) == 1 &&
                 EVP_EncryptFinal_ex(context.get(), box.data() + kNonceBytes + length, &length) == 1 &&
                 EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                                     box.data() + kNonceBytes + plain.size()) == 1,
             "AES-256-GCM seal");
    return box;
}

Status open(const Secret32& key, BytesView box, BytesView associated, std::span<std::uint8_t> plain) {
    if (box.size() != kBoxOverhead + plain.size()) {
        return refuse(Refusal::kTruncated, "a box of " + std::to_string(box.size()) + " bytes, not " +
                                               std::to_string(kBoxOverhead + plain.size()));
    }
    std::array<std::uint8_t, kTagBytes> tag{};
    std::copy(box.end() - kTagBytes, box.end(), tag.begin());
    const EvpCipherContext context(EVP_CIPHER_CTX_new());
    int length = 0;
    const bool authentic =
        context &&
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(), box.data()) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &length, associated.data(),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), plain.data(), &length, box.data() + kNonceBytes,
                          static_cast<int>(plain.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), plain.data() + length, &length) == 1;
    if (authentic) return {};
    wipe(plain);
    return refuse(Refusal::kForged, "the box does not open under this key, sender and round");
}

}  // namespace huizhen::secagg
