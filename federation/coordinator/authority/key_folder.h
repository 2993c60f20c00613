#pragma once

// The keys of a coordinator, in STATE/keys:
//   root.pem                      the root's certificate; its key is sealed and carried away
//   issuing.pem, issuing-key.pem  signs sites, operators and the server
//   former-issuers.pem            certificates of issuing keys that were replaced
//   revoked-issuers.pem           which of them are trusted no longer: a list that the root's key signs
//   server-key.pem, server.pem    what TLS presents, key and chain in one file, the chain once more; it is
//                                 renewed by itself
//   audit-seed                    signs the head of the audit
//   lineage-key.pem               signs which model is current
// Keys are 0600, the folder 0700.

#include <filesystem>

#include <huizhen/identity/certificate_authority.h>

namespace huizhen::coordinator {

struct NewFederation {
    std::string name;                // "Lung nodules, northern region"
    std::vector<std::string> hosts;  // under which sites dial: DNS names, addresses
};

// Makes every key, and `sealed_root_key`: a new file for the offline medium. kInvalidArgument,
// "already-there": the folder or the file exists.
Status create_keys(const std::filesystem::path& folder, const NewFederation& federation,
                   const std::filesystem::path& sealed_root_key, const identity::SecretText& passphrase,
                   RandomSource& random, identity::Time now);

// A new issuing key under the same root, and a server certificate under that.
Status replace_issuer(const std::filesystem::path& folder, const std::filesystem::path& sealed_root_key,
                      const identity::SecretText& passphrase, const std::vector<std::string>& hosts,
                      RandomSource& random, identity::Time now);

// A former issuing key is trusted no longer, nor anything it signed: as when it was stolen. The list is
// signed by the root, so that whoever holds the issuing key, or this folder, can take nothing back.
// "issuer-in-use": the key of today is replaced first. "issuer-unknown" names those that could be meant.
Status revoke_issuer(const std::filesystem::path& folder, const std::filesystem::path& sealed_root_key,
                     const identity::SecretText& passphrase, std::string_view serial, identity::Time now);

struct ServerKeys {
    std::string chain_pem;
    identity::SecretText key_pem;
    identity::Time not_after;
};

class KeyFolder {
  public:
    // kNotFound: "run init first". "issuer-revoked": by the root; it is to be replaced.
    static Result<KeyFolder> open(std::filesystem::path folder);

    const identity::IssuingAuthority& authority() const { return authority_; }
    // By the root. PEM: empty where there are none.
    const identity::Revocations& revoked_issuers() const { return revoked_issuers_; }
    const std::string& revoked_issuers_pem() const { return revoked_issuers_pem_; }
    const Secret<32>& audit_seed() const { return audit_seed_; }
    const identity::PrivateKey& lineage_key() const { return lineage_key_; }

    Result<ServerKeys> server() const;
    // Issues a new server certificate for a new key; the old one stays good until it ends.
    Status renew_server(const std::vector<std::string>& hosts, RandomSource& random,
                        identity::Time now) const;

  private:
    KeyFolder(std::filesystem::path folder, identity::IssuingAuthority authority, Secret<32> audit_seed,
              identity::PrivateKey lineage_key)
        : folder_(std::move(folder)),
          authority_(std::move(authority)),
          audit_seed_(std::move(audit_seed)),
          lineage_key_(std::move(lineage_key)) {}

    std::filesystem::path folder_;
    identity::IssuingAuthority authority_;
    Secret<32> audit_seed_;
    identity::PrivateKey lineage_key_;
    identity::Revocations revoked_issuers_{};
    std::string revoked_issuers_pem_{};
};

// A renewal is due when less than a third of the life is left.
inline constexpr std::chrono::days kServerRenewalMargin{30};

}  // namespace huizhen::coordinator
