#include "cipher.h"

#include <openssl/evp.h>

#include <huizhen/base/check.h>

namespace huizhen::vault {

namespace {

constexpr int kTag = 16;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* spent) const { EVP_CIPHER_CTX_free(spent); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

}  // namespace

struct Cipher::State {
    Context encrypt{EVP_CIPHER_CTX_new()}, decrypt{EVP_CIPHER_CTX_new()};
};

Cipher::Cipher(const Key& key) : state_(std::make_unique<State>()) {
    const auto* bytes = key.bytes().data();
    HZ_CHECK(state_->encrypt && state_->decrypt &&
                 EVP_EncryptInit_ex(state_->encrypt.get(), EVP_aes_256_gcm(), nullptr, bytes, nullptr) == 1 &&
                 EVP_DecryptInit_ex(state_->decrypt.get(), EVP_aes_256_gcm(), nullptr, bytes, nullptr) == 1,
             "OpenSSL offers no AES-256-GCM");
}
Cipher::~Cipher() = default;  // OpenSSL wipes its key schedules
Cipher::Cipher(Cipher&&) noexcept = default;

void Cipher::seal(const Nonce& nonce, BytesView associated, BytesView plain, std::span<std::uint8_t> box) {
    HZ_CHECK(box.size() == plain.size() + kTag, "room for a tag");
    EVP_CIPHER_CTX* context = state_->encrypt.get();
    int length = 0;
    HZ_CHECK(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
                 (associated.empty() || EVP_EncryptUpdate(context, nullptr, &length, associated.data(),
                                                          static_cast<int>(associated.size())) == 1) &&
                 (plain.empty() || EVP_EncryptUpdate(context, box.data(), &length, plain.data(),
                                                     static_cast<int>(plain.size())) == 1) &&
                 EVP_EncryptFinal_ex(context, box.data() + plain.size(), &length) == 1 &&
                 EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTag, box.data() + plain.size()) == 1,
             "AES-256-GCM seal");
}

bool Cipher::open(const Nonce& nonce, BytesView associated, BytesView box, std::span<std::uint8_t> plain) {
    HZ_CHECK(box.size() == plain.size() + kTag, "a box is its plain bytes and a tag");
    EVP_CIPHER_CTX* context = state_->decrypt.get();
    std::array<std::uint8_t, kTag> tag{};
    std::copy(box.end() - kTag, box.end(), tag.begin());
    int length = 0;
    std::uint8_t nothing = 0;
    const bool authentic =
        EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
        (associated.empty() || EVP_DecryptUpdate(context, nullptr, &length, associated.data(),
                                                 static_cast<int>(associated.size())) == 1) &&
        (plain.empty() || EVP_DecryptUpdate(context, plain.data(), &length, box.data(),
                                            static_cast<int>(plain.size())) == 1) &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context, plain.empty() ? &nothing : plain.data() + plain.size(), &length) == 1;
    if (!authentic) wipe(plain);
    return authentic;
}

}  // namespace huizhen::vault
