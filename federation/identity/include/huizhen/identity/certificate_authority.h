#pragma once

// Two keys. The root's signs the issuing key's certificate and nothing else: made once, sealed under a
// passphrase, carried off the machine. The issuing key signs sites, servers and operators, lies on the
// coordinator, and is replaced under the same root without any site doing anything.
//
// Certificates begin ten minutes before they are issued, since hospitals' clocks differ, and never outlive
// the key that signed them ("certificate-expired" where that has ended).

#include <span>

#include <huizhen/identity/certificate.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/revocations.h>

namespace huizhen::identity {

using std::chrono::days;

struct Lifetimes {
    days root{20 * 365}, issuing{2 * 365}, server{90}, site{90}, operator_{90};
};

struct ListDates {
    Time now, next;            // next: when a newer list will be there
    std::uint64_t number = 1;  // ascending
};

// The online half. One thread at a time is not required: it is constant.
class IssuingAuthority {
  public:
    // "key-of-another": the key is not the certificate's; "certificate-untrusted": not this root's.
    static Result<IssuingAuthority> open(PrivateKey key, Certificate issuing, Certificate root);

    // For a site or an operator, whose request the caller has compared with the invitation.
    // "request-other-name" for a coordinator: its own server's certificate is never asked for from outside.
    Result<Certificate> issue(const CertificateRequest& request, RandomSource& random, Time now,
                              days life) const;
    // For the coordinator's own server; `hosts` are DNS names and addresses, as clients will dial them.
    Result<Certificate> issue_server(const PublicKey& key, std::string_view name,
                                     std::span<const std::string> hosts, RandomSource& random, Time now,
                                     days life) const;

    // The leaf and this authority's certificate: what TLS presents.
    std::string chain_pem(const Certificate& leaf) const { return leaf.pem() + issuing_.pem(); }
    // An X.509 CRL, for whoever checks certificates without this program. Bans of names have no form there.
    std::string revocation_list_pem(std::span<const Revocation> revoked, const ListDates& dates) const;

    const PrivateKey& key() const { return key_; }
    const Certificate& certificate() const { return issuing_; }
    const Certificate& root() const { return root_; }

  private:
    IssuingAuthority(PrivateKey key, Certificate issuing, Certificate root)
        : key_(std::move(key)), issuing_(std::move(issuing)), root_(std::move(root)) {}
    PrivateKey key_;
    Certificate issuing_, root_;
};

// The offline half.
class RootAuthority {
  public:
    // `federation`: 1 to 64 bytes of UTF-8, the organisation in every subject's issuer ("name-malformed").
    static Result<RootAuthority> create(std::string_view federation, RandomSource& random, Time now,
                                        days life = Lifetimes{}.root);
    // From PrivateKey::seal's text and the root certificate. "key-of-another" where they do not belong
    // together.
    static Result<RootAuthority> open(std::string_view sealed_key, const SecretText& passphrase,
                                      Certificate root);

    Result<std::string> sealed_key(const SecretText& passphrase, RandomSource& random) const {
        return key_.seal(passphrase, random);
    }
    // A new issuing key. The old one's certificates stay good until they end or are revoked.
    Result<IssuingAuthority> certify_issuer(RandomSource& random, Time now,
                                            days life = Lifetimes{}.issuing) const;
    // Of issuing keys.
    std::string revocation_list_pem(std::span<const Revocation> revoked, const ListDates& dates) const;

    const Certificate& certificate() const { return root_; }

  private:
    RootAuthority(PrivateKey key, Certificate root) : key_(std::move(key)), root_(std::move(root)) {}
    PrivateKey key_;
    Certificate root_;
};

}  // namespace huizhen::identity
