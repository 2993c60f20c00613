#include <huizhen/base/check.h>
#include <huizhen/base/clock.h>
#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/identity/refusal.h>

#include "certificate_builder.h"
#include "chain.h"

namespace huizhen::identity {

namespace {

constexpr std::chrono::minutes kClocksDiffer{10};

Time whole_seconds(Time time) { return std::chrono::floor<std::chrono::seconds>(time); }

// Where a certificate made now begins and ends; it does not outlive its signatory.
Result<std::pair<Time, Time>> dates_of(Time now, days life, const Certificate& signatory) {
    HZ_CHECK(life.count() > 0, "a certificate with a life");
    if (now >= signatory.not_after()) {
        return refusal::kCertificateExpired.because("the signing certificate ended " +
                                                    to_iso8601(signatory.not_after()));
    }
    return std::pair(whole_seconds(now - kClocksDiffer),
                     std::min(whole_seconds(now) + life, signatory.not_after()));
}

std::string numbered(const char* what, const Serial& serial) {
    return std::string(what) + " " + to_hex(std::span(serial).first(4));
}

std::vector<std::pair<int, const char*>> leaf_extensions(Role role) {
    return {{NID_basic_constraints, "critical,CA:FALSE"},
            {NID_key_usage, "critical,digitalSignature"},
            {NID_ext_key_usage, role == Role::kCoordinator ? "serverAuth" : "clientAuth"},
            {NID_subject_key_identifier, "hash"},
            {NID_authority_key_identifier, "keyid:always"}};
}

Status add_host(GENERAL_NAMES& names, const std::string& host) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    HZ_CHECK(name && sk_GENERAL_NAME_push(&names, name) > 0, "a name");
    if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str())) {
        GENERAL_NAME_set0_value(name, GEN_IPADD, address);
        return {};
    }
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    HZ_CHECK(text && ASN1_STRING_set(text, host.data(), static_cast<int>(host.size())) == 1, "a name");
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    const bool plain =
        host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
        std::string::npos;
    if (plain && !host.empty() && host.size() <= 253 && host.front() != '.') return {};
    return refusal::kNameMalformed.because("'" + host + "' is neither a host's name nor an address");
}

Status belong_together(const PrivateKey& key, const Certificate& certificate) {
    if (key.public_key() == certificate.public_key()) return {};
    return refusal::kKeyOfAnother.because("the key is not the one in the certificate");
}

}  // namespace

Result<RootAuthority> RootAuthority::create(std::string_view federation, RandomSource& random, Time now,
                                            days life) {
    const bool control = std::any_of(federation.begin(), federation.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (federation.empty() || federation.size() > 64 || control) {
        return refusal::kNameMalformed.because("a federation's name is 1 to 64 bytes of UTF-8");
    }
    PrivateKey key = PrivateKey::generate(random);
    const Serial serial = random_serial(random);
    HZ_ASSIGN(Certificate root,
              sign_certificate({.organisation = std::string(federation),
                                .common_name = numbered("root", serial),
                                .key = key.public_key(),
                                .serial = serial,
                                .begin = whole_seconds(now - kClocksDiffer),
                                .end = whole_seconds(now) + life,
                                .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:1"},
                                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                               {NID_subject_key_identifier, "hash"}}},
                               {key, nullptr}));
    return RootAuthority(std::move(key), std::move(root));
}

Result<RootAuthority> RootAuthority::open(std::string_view sealed_key, const SecretText& passphrase,
                                          Certificate root) {
    HZ_ASSIGN(PrivateKey key, PrivateKey::unseal(sealed_key, passphrase));
    HZ_TRY(belong_together(key, root));
    return RootAuthority(std::move(key), std::move(root));
}

Result<IssuingAuthority> RootAuthority::certify_issuer(RandomSource& random, Time now, days life) const {
    HZ_ASSIGN(const auto dates, dates_of(now, life, root_));
    PrivateKey key = PrivateKey::generate(random);
    const Serial serial = random_serial(random);
    const X509Certificate root = parse(root_);
    HZ_ASSIGN(Certificate issuing,
              sign_certificate({.organisation = {},
                                .common_name = numbered("issuing", serial),
                                .key = key.public_key(),
                                .serial = serial,
                                .begin = dates.first,
                                .end = dates.second,
                                .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                               {NID_ext_key_usage, "serverAuth,clientAuth"},
                                               {NID_subject_key_identifier, "hash"},
                                               {NID_authority_key_identifier, "keyid:always"}}},
                               {key_, root.get()}));
    return IssuingAuthority::open(std::move(key), std::move(issuing), root_);
}

std::string RootAuthority::revocation_list_pem(std::span<const Revocation> revoked,
                                               const ListDates& dates) const {
    return sign_list(revoked, dates, {key_, parse(root_).get()});
}

Result<IssuingAuthority> IssuingAuthority::open(PrivateKey key, Certificate issuing, Certificate root) {
    HZ_TRY(belong_together(key, issuing));
    HZ_TRY(check_issuer(issuing, root));
    return IssuingAuthority(std::move(key), std::move(issuing), std::move(root));
}

Result<Certificate> IssuingAuthority::issue(const CertificateRequest& request, RandomSource& random, Time now,
                                            days life) const {
    if (request.role == Role::kCoordinator) {
        return refusal::kRequestOtherName.because("no server is certified on request");
    }
    HZ_TRY(check_name(request.name));
    HZ_ASSIGN(const auto dates, dates_of(now, life, issuing_));
    const Names names(sk_GENERAL_NAME_new_null());
    HZ_CHECK(names, "a list of names");
    add_uri(*names, uri_of(request.role, request.name));
    return sign_certificate({.organisation = {},
                             .common_name = request.name,
                             .key = request.public_key,
                             .serial = random_serial(random),
                             .begin = dates.first,
                             .end = dates.second,
                             .extensions = leaf_extensions(request.role),
                             .alternative_names = names.get()},
                            {key_, parse(issuing_).get()});
}

Result<Certificate> IssuingAuthority::issue_server(const PublicKey& key, std::string_view name,
                                                   std::span<const std::string> hosts, RandomSource& random,
                                                   Time now, days life) const {
    HZ_TRY(check_name(name));
    HZ_ASSIGN(const auto dates, dates_of(now, life, issuing_));
    const Names names(sk_GENERAL_NAME_new_null());
    HZ_CHECK(names, "a list of names");
    for (const std::string& host : hosts) HZ_TRY(add_host(*names, host));
    add_uri(*names, uri_of(Role::kCoordinator, name));
    return sign_certificate({.organisation = {},
                             .common_name = std::string(name),
                             .key = key,
                             .serial = random_serial(random),
                             .begin = dates.first,
                             .end = dates.second,
                             .extensions = leaf_extensions(Role::kCoordinator),
                             .alternative_names = names.get()},
                            {key_, parse(issuing_).get()});
}

std::string IssuingAuthority::revocation_list_pem(std::span<const Revocation> revoked,
                                                  const ListDates& dates) const {
    return sign_list(revoked, dates, {key_, parse(issuing_).get()});
}

}  // namespace huizhen::identity
