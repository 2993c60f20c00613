#include "tls.h"

#include <dcmtk/dcmtls/tlslayer.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <huizhen/dicom_network/limits.h>

#include "dcmtk_network.h"
#include "dcmtk_setup.h"

namespace huizhen::imaging {
namespace {

constexpr int kSecurityLevel = 2;  // RSA from 2048 bits, no SHA-1
constexpr int kAddressBytesV4 = 4, kAddressBytesV6 = 16;

Status check_file(const std::filesystem::path& path, bool secret) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
        return fail(ErrorCode::kNotFound, path.string() + " is not a file");
    if (static_cast<std::size_t>(info.st_size) > kMaxTlsFileBytes)
        return fail(ErrorCode::kLimitExceeded, path.string() + " is larger than certificates are");
    if (secret && (info.st_mode & 077) != 0)
        return fail(ErrorCode::kPermissionDenied,
                    path.string() + " may be read by others: make its mode 0600");
    return {};
}

Status check(const OFCondition& status, const std::filesystem::path& path) {
    if (status.good()) return {};
    return fail(ErrorCode::kMalformedInput, path.string() + " cannot be used: " + status.text());
}

Status set_up(DcmTLSTransportLayer& layer, const TlsFiles& files) {
    HZ_TRY(check_file(files.certificate, false));
    HZ_TRY(check_file(files.key, true));
    HZ_TRY(check_file(files.trusted, false));
    // Without a pass phrase DCMTK would ask for one on the terminal.
    layer.setPrivateKeyPasswd("");
    HZ_TRY(check(layer.setPrivateKeyFile(files.key.c_str(), DCF_Filetype_PEM), files.key));
    HZ_TRY(check(layer.setCertificateFile(files.certificate.c_str(), DCF_Filetype_PEM), files.certificate));
    if (!layer.checkPrivateKeyMatchesCertificate())
        return fail(ErrorCode::kMalformedInput, files.key.string() + " is not the certificate's key");
    HZ_TRY(check(layer.addTrustedCertificateFile(files.trusted.c_str(), DCF_Filetype_PEM), files.trusted));
    if (!files.revocation_list.empty()) {
        HZ_TRY(check_file(files.revocation_list, false));
        HZ_TRY(check(layer.addCertificateRevocationList(files.revocation_list.c_str(), DCF_Filetype_PEM),
                     files.revocation_list));
        HZ_TRY(check(layer.setCRLverification(TCR_checkLeafCRL), files.revocation_list));
    }
    HZ_TRY(check(layer.setTLSProfile(TSP_Profile_BCP195_ND), "the BCP 195 profile"));
    HZ_TRY(check(layer.activateCipherSuites(), "the BCP 195 profile"));
    layer.setCertificateVerification(DCV_requireCertificate);
    // DCMTK lowers it to 0 for suites without encryption, which the profile has not.
    SSL_CTX_set_security_level(layer.getNativeHandle(), kSecurityLevel);
    return {};
}

std::string fingerprint(std::span<const unsigned char> der) {
    constexpr char kDigits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_Digest(der.data(), der.size(), digest, &length, EVP_sha256(), nullptr) != 1) return {};
    std::string text = "sha256:";
    for (unsigned i = 0; i < length; ++i) {
        text += kDigits[digest[i] >> 4];
        text += kDigits[digest[i] & 0xF];
    }
    return text;
}

std::string address_text(const ASN1_OCTET_STRING& address) {
    const int length = ASN1_STRING_length(&address);
    if (length != kAddressBytesV4 && length != kAddressBytesV6) return {};
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(length == kAddressBytesV4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(&address), text,
                sizeof(text));
    return text;
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

void append_subject_alternatives(const X509& certificate, std::vector<std::string>& names) {
    const auto free_names = [](GENERAL_NAMES* list) { GENERAL_NAMES_free(list); };
    const std::unique_ptr<GENERAL_NAMES, decltype(free_names)> list(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
        free_names);
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
        if (name->type == GEN_DNS) {
            const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
            names.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        }
        if (name->type == GEN_IPADD) names.push_back(address_text(*name->d.iPAddress));
    }
}

void append_common_name(const X509& certificate, std::vector<std::string>& names) {
    const X509_NAME* subject = X509_get_subject_name(&certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return;
    unsigned char* text = nullptr;
    const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (length < 0) return;
    names.emplace_back(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
    OPENSSL_free(text);
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<DcmTLSTransportLayer> layer) : layer_(std::move(layer)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::make(const TlsFiles& files, TlsRole role) {
    prepare_dcmtk();
    auto layer = std::make_unique<DcmTLSTransportLayer>(
        role == TlsRole::kServer ? NET_ACCEPTOR : NET_REQUESTOR, nullptr, OFFalse);
    if (layer->getNativeHandle() == nullptr) return fail(ErrorCode::kUnavailable, "TLS is not available");
    HZ_TRY(set_up(*layer, files));
    return std::unique_ptr<TlsContext>(new TlsContext(std::move(layer)));
}

std::vector<std::string> names_in_certificate(std::span<const unsigned char> der) {
    const unsigned char* at = der.data();
    const std::unique_ptr<X509, void (*)(X509*)> certificate(
        d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
    std::vector<std::string> names;
    if (!certificate) return names;
    append_subject_alternatives(*certificate, names);
    append_common_name(*certificate, names);
    names.push_back(fingerprint(der));
    return names;
}

bool certificate_is_named(std::span<const unsigned char> der, std::span<const std::string> expected) {
    const auto names = names_in_certificate(der);
    return std::ranges::any_of(expected, [&](const std::string& wanted) {
        return std::ranges::any_of(names, [&](const std::string& name) { return same_name(name, wanted); });
    });
}

}  // namespace huizhen::imaging
