#pragma once

// The keys a site's federation lives by, in STATE/keys, beside the vault's:
//   request-key.pem    made before the first request; goes when the certificate is there
//   certificate.pem    the private key and its certificate's chain, in one file: a crash never leaves a pair
//                      that does not match
//   next-key.pem       while a renewal is under way
//   root.pem           the federation's root, as the invitation named it
//   audit-seed         signs the head of the audit
// Each is 0600, the folder 0700. Nothing of it but certificates is ever sent.

#include <filesystem>

#include <huizhen/base/random_source.h>
#include <huizhen/identity/certificate.h>
#include <huizhen/identity/private_key.h>

namespace huizhen::site {

struct SiteCertificate {
    identity::PrivateKey key;
    std::string chain_pem;  // the leaf first
    identity::PeerIdentity who;
};

class KeyFolder {
  public:
    // Makes the folder where it is absent.
    static Result<KeyFolder> open(const std::filesystem::path& state);

    // The one that is there, or a new one, on the disk when it returns.
    Result<identity::PrivateKey> request_key(RandomSource& random) const;
    Result<identity::PrivateKey> next_key(RandomSource& random) const;
    Result<Secret<32>> audit_seed(RandomSource& random) const;

    Status write_root(const identity::Certificate& root) const;
    // kNotFound, "not-enrolled".
    Result<identity::Certificate> root() const;

    // Takes the place of an older one; request and next key go. "key-of-another".
    Status install(const identity::PrivateKey& key, const std::string& chain_pem) const;
    // kNotFound, "not-enrolled".
    Result<SiteCertificate> certificate() const;
    // The site has left: key and certificate go.
    Status remove_certificate() const;

  private:
    explicit KeyFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Result<identity::PrivateKey> key_in(std::string_view name, RandomSource& random) const;
    std::filesystem::path folder_;
};

}  // namespace huizhen::site
