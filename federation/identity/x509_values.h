#pragma once

// Between OpenSSL's types and ours.

#include <functional>
#include <optional>

#include <huizhen/identity/certificate.h>
#include <huizhen/identity/private_key.h>

#include "openssl_handles.h"

namespace huizhen::identity {

inline BytesView view_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Nothing outside 1970 to 2200: what a clock here can hold without overflow, and a certificate can mean.
std::optional<Time> time_of(const ASN1_TIME* time);
Asn1Time asn1_time(Time time);

std::optional<Serial> serial_of(const ASN1_INTEGER* number);
Asn1Integer asn1_serial(const Serial& serial);
Serial random_serial(RandomSource& random);

EvpKey handle_of(const PrivateKey& key);
EvpKey handle_of(const PublicKey& key);
std::optional<PublicKey> ed25519_of(const EVP_PKEY* key);

// One PEM block of that label, with no more than white space around it, or the bytes as they are. Empty where
// it is neither.
Bytes der_of(BytesView pem_or_der, std::string_view label);
std::string pem_of(BytesView der, std::string_view label);

X509Certificate parse(const Certificate& certificate);
// `certificate` is ours: it must read back.
Certificate certificate_of(X509* certificate);

// What OpenSSL writes with an i2d function.
template <auto Write, typename T>
Bytes der_bytes(T* value) {
    Bytes bytes(static_cast<std::size_t>(std::max(0, Write(value, nullptr))));
    unsigned char* end = bytes.data();
    if (!bytes.empty()) Write(value, &end);
    return bytes;
}

// The one "huizhen:ROLE:NAME" among `names`, if there is exactly one and it is well formed.
struct RoleAndName {
    Role role = Role::kSite;
    std::string name;
};
std::optional<RoleAndName> role_and_name_of(const GENERAL_NAMES* names);

void add_uri(GENERAL_NAMES& names, const std::string& uri);

}  // namespace huizhen::identity
