#include "x509_values.h"

#include <ctime>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <huizhen/base/check.h>

namespace huizhen::identity {

namespace {

constexpr std::time_t kLatest = 7'258'118'400;  // 2200-01-01

constexpr Role kRoles[] = {Role::kSite, Role::kCoordinator, Role::kOperator};

}  // namespace

std::optional<Time> time_of(const ASN1_TIME* time) {
    std::tm fields{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
    const std::time_t seconds = ::timegm(&fields);
    if (seconds < 0 || seconds > kLatest) return std::nullopt;
    return std::chrono::system_clock::from_time_t(seconds);
}

Asn1Time asn1_time(Time time) {
    Asn1Time converted(ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(time)));
    HZ_CHECK(converted, "a time that X.509 can hold");
    return converted;
}

std::optional<Serial> serial_of(const ASN1_INTEGER* number) {
    const BigNumber value(ASN1_INTEGER_to_BN(number, nullptr));
    Serial serial{};
    if (!value || BN_is_negative(value.get()) || BN_is_zero(value.get()) ||
        BN_bn2binpad(value.get(), serial.data(), static_cast<int>(serial.size())) < 0) {
        return std::nullopt;
    }
    return serial;
}

Asn1Integer asn1_serial(const Serial& serial) {
    const BigNumber value(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
    Asn1Integer number(BN_to_ASN1_INTEGER(value.get(), nullptr));
    HZ_CHECK(value && number, "a serial number");
    return number;
}

Serial random_serial(RandomSource& random) {
    Serial serial{};
    while (serial == Serial{}) random.fill(serial);
    return serial;
}

EvpKey handle_of(const PrivateKey& key) {
    const auto& bytes = key.reveal_secret("OpenSSL signs with it").bytes();
    EvpKey handle(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()));
    HZ_CHECK(handle, "OpenSSL offers no Ed25519");
    return handle;
}

EvpKey handle_of(const PublicKey& key) {
    EvpKey handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
    HZ_CHECK(handle, "OpenSSL offers no Ed25519");
    return handle;
}

std::optional<PublicKey> ed25519_of(const EVP_PKEY* key) {
    PublicKey bytes{};
    std::size_t length = bytes.size();
    if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key, bytes.data(), &length) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    return bytes;
}

Bytes der_of(BytesView pem_or_der, std::string_view label) {
    std::string_view text = text_of(pem_or_der);
    if (!text.starts_with("-----BEGIN ")) return {pem_or_der.begin(), pem_or_der.end()};
    const std::string end = "-----END " + std::string(label) + "-----";
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) {
        text.remove_suffix(1);
    }
    if (!text.starts_with("-----BEGIN " + std::string(label) + "-----") || !text.ends_with(end) ||
        text.find("-----END") != text.size() - end.size()) {
        return {};
    }
    const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    char *name = nullptr, *header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    Bytes der;
    if (bio && PEM_read_bio(bio.get(), &name, &header, &data, &length) == 1) {
        if (header[0] == '\0') der.assign(data, data + length);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    ERR_clear_error();
    return der;
}

std::string pem_of(BytesView der, std::string_view label) {
    const Bio bio(BIO_new(BIO_s_mem()));
    HZ_CHECK(bio && PEM_write_bio(bio.get(), std::string(label).c_str(), "", der.data(),
                                  static_cast<long>(der.size())) > 0,
             "PEM");
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

X509Certificate parse(const Certificate& certificate) {
    const unsigned char* at = certificate.der().data();
    X509Certificate parsed(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
    HZ_CHECK(parsed, "a certificate that was read before");
    return parsed;
}

Certificate certificate_of(X509* certificate) {
    auto read = Certificate::read(der_bytes<i2d_X509>(certificate));
    HZ_CHECK(read, "a certificate of our own");
    return std::move(*read);
}

std::optional<RoleAndName> role_and_name_of(const GENERAL_NAMES* names) {
    std::optional<RoleAndName> found;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI) continue;
        const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
        const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                               static_cast<std::size_t>(ASN1_STRING_length(uri)));
        if (!text.starts_with("huizhen:")) continue;
        if (found) return std::nullopt;
        for (const Role role : kRoles) {
            const std::string prefix = uri_of(role, "");
            if (text.starts_with(prefix) && check_name(text.substr(prefix.size()))) {
                found = RoleAndName{role, text.substr(prefix.size())};
            }
        }
        if (!found) return std::nullopt;
    }
    return found;
}

void add_uri(GENERAL_NAMES& names, const std::string& uri) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    HZ_CHECK(name && text && ASN1_STRING_set(text, uri.data(), static_cast<int>(uri.size())) == 1, "a URI");
    GENERAL_NAME_set0_value(name, GEN_URI, text);
    HZ_CHECK(sk_GENERAL_NAME_push(&names, name) > 0, "a URI");
}

}  // namespace huizhen::identity
