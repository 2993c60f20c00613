#include "key_folder.h"

#include <system_error>

#include <huizhen/base/clock.h>
#include <huizhen/base/file.h>
#include <huizhen/identity/revocation_list.h>

namespace huizhen::coordinator {
namespace {

namespace fs = std::filesystem;
using identity::Certificate;
using identity::IssuingAuthority;
using identity::PrivateKey;
using identity::RootAuthority;
using identity::SecretText;

constexpr std::string_view kEndOfCertificate = "-----END CERTIFICATE-----\n";
constexpr std::size_t kMaxPemBytes = 64 << 10;
constexpr const char* kRoot = "root.pem";
constexpr const char* kIssuing = "issuing.pem";
constexpr const char* kIssuingKey = "issuing-key.pem";
constexpr const char* kFormerIssuers = "former-issuers.pem";
constexpr const char* kRevokedIssuers = "revoked-issuers.pem";
constexpr const char* kServer = "server.pem";
constexpr const char* kServerKey = "server-key.pem";
constexpr const char* kAuditSeed = "audit-seed";
constexpr const char* kLineageKey = "lineage-key.pem";

Result<std::string> read_text(const fs::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxPemBytes));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Empty where there is none.
Result<std::string> read_text_if_there(const fs::path& path) {
    auto text = read_text(path);
    if (!text && text.error().code() == ErrorCode::kNotFound) return std::string();
    return text;
}

// The bytes are wiped on the way; a std::string would leave copies of a key behind.
Result<SecretText> read_secret(const fs::path& path) {
    HZ_ASSIGN(auto bytes, read_file(path, kMaxPemBytes));
    SecretText text(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    wipe({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return text;
}

Status write_secret(const fs::path& path, const SecretText& text) {
    return write_file_atomically(path, text.reveal_secret("a key goes into its file, mode 0600"));
}

Status write_issuer(const fs::path& folder, const IssuingAuthority& issuer) {
    HZ_TRY(write_secret(folder / kIssuingKey, issuer.key().to_pem()));
    return write_file_atomically(folder / kIssuing, issuer.certificate().pem());
}

Status write_server(const fs::path& folder, const IssuingAuthority& issuer,
                    const std::vector<std::string>& hosts, RandomSource& random, identity::Time now) {
    const PrivateKey key = PrivateKey::generate(random);
    HZ_ASSIGN(const Certificate leaf, issuer.issue_server(key.public_key(), "coordinator", hosts, random, now,
                                                          identity::Lifetimes{}.server));
    // Key and chain go into one file, so that a crash between two never leaves a pair that does not match.
    const SecretText pem = key.to_pem();
    const std::string chain = issuer.chain_pem(leaf);
    const std::string_view key_pem = pem.reveal_secret("the server's key goes into its file");
    std::vector<std::byte> both(key_pem.size() + chain.size());
    std::ranges::copy(std::as_bytes(std::span(key_pem)), both.begin());
    std::ranges::copy(std::as_bytes(std::span(chain)),
                      both.begin() + static_cast<std::ptrdiff_t>(key_pem.size()));
    const Status written = write_file_atomically(folder / kServerKey, both);
    wipe({reinterpret_cast<std::uint8_t*>(both.data()), both.size()});
    HZ_TRY(written);
    return write_file_atomically(folder / kServer, chain);
}

Result<RootAuthority> open_root(const fs::path& folder, const fs::path& sealed_root_key,
                                const SecretText& passphrase) {
    HZ_ASSIGN(const std::string root_pem, read_text(folder / kRoot));
    HZ_ASSIGN(Certificate certificate, Certificate::read(root_pem));
    HZ_ASSIGN(const std::string sealed, read_text(sealed_root_key));
    return RootAuthority::open(sealed, passphrase, std::move(certificate));
}

Result<std::vector<Certificate>> former_issuers(const fs::path& folder) {
    HZ_ASSIGN(const std::string text, read_text_if_there(folder / kFormerIssuers));
    std::string_view rest = text;
    std::vector<Certificate> issuers;
    for (std::size_t end; (end = rest.find(kEndOfCertificate)) != std::string_view::npos;) {
        end += kEndOfCertificate.size();
        HZ_ASSIGN(Certificate issuer, Certificate::read(rest.substr(0, end)));
        issuers.push_back(std::move(issuer));
        rest.remove_prefix(end);
    }
    return issuers;
}

Result<std::vector<identity::Revocation>> read_revoked(const std::string& pem, const Certificate& root) {
    if (pem.empty()) return std::vector<identity::Revocation>();
    return identity::read_revocation_list(pem, root);
}

Status must_be_absent(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return {};
    return fail(ErrorCode::kInvalidArgument,
                "already-there: " + path.string() + " exists; nothing was changed");
}

}  // namespace

Status create_keys(const fs::path& folder, const NewFederation& federation, const fs::path& sealed_root_key,
                   const SecretText& passphrase, RandomSource& random, identity::Time now) {
    HZ_TRY(must_be_absent(folder));
    HZ_TRY(must_be_absent(sealed_root_key));
    HZ_ASSIGN(const RootAuthority root, RootAuthority::create(federation.name, random, now));
    HZ_ASSIGN(const std::string sealed, root.sealed_key(passphrase, random));
    HZ_ASSIGN(const IssuingAuthority issuer, root.certify_issuer(random, now));

    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return fail(ErrorCode::kIo, "cannot make " + folder.string() + ": " + error.message());
    HZ_TRY(write_issuer(folder, issuer));
    HZ_TRY(write_server(folder, issuer, federation.hosts, random, now));
    Secret<32> seed;
    random.fill(seed.mutable_bytes());
    HZ_TRY(write_file_atomically(folder / kAuditSeed, std::as_bytes(seed.bytes())));
    HZ_TRY(write_secret(folder / kLineageKey, PrivateKey::generate(random).to_pem()));
    HZ_TRY(write_file_atomically(sealed_root_key, sealed));
    // The last: without it the folder is not one yet.
    return write_file_atomically(folder / kRoot, root.certificate().pem());
}

Status replace_issuer(const fs::path& folder, const fs::path& sealed_root_key, const SecretText& passphrase,
                      const std::vector<std::string>& hosts, RandomSource& random, identity::Time now) {
    HZ_ASSIGN(const RootAuthority root, open_root(folder, sealed_root_key, passphrase));
    HZ_ASSIGN(const std::string former, read_text(folder / kIssuing));
    HZ_ASSIGN(const std::string before, read_text_if_there(folder / kFormerIssuers));
    HZ_ASSIGN(const IssuingAuthority issuer, root.certify_issuer(random, now));
    HZ_TRY(write_file_atomically(folder / kFormerIssuers, before + former));
    HZ_TRY(write_issuer(folder, issuer));
    return write_server(folder, issuer, hosts, random, now);
}

Status revoke_issuer(const fs::path& folder, const fs::path& sealed_root_key, const SecretText& passphrase,
                     std::string_view serial, identity::Time now) {
    HZ_ASSIGN(const std::string issuing_pem, read_text(folder / kIssuing));
    HZ_ASSIGN(const Certificate issuing, Certificate::read(issuing_pem));
    if (serial == to_hex(issuing.serial()))
        return fail(ErrorCode::kInvalidArgument,
                    "issuer-in-use: this key signs today; run `huizhen-coordinator rotate-issuer` first");
    HZ_ASSIGN(const auto former, former_issuers(folder));
    std::string known;
    std::optional<identity::Serial> meant;
    for (const Certificate& issuer : former) {
        const std::string its = to_hex(issuer.serial());
        if (its == serial) meant = issuer.serial();
        known += "\n  " + its + ", since " + to_iso8601(issuer.not_before());
    }
    if (!meant)
        return fail(ErrorCode::kInvalidArgument,
                    "issuer-unknown: no former issuing key has this serial" +
                        (known.empty() ? "; none was ever replaced" : ". They are:" + known));
    HZ_ASSIGN(const RootAuthority root, open_root(folder, sealed_root_key, passphrase));
    HZ_ASSIGN(const std::string before, read_text_if_there(folder / kRevokedIssuers));
    HZ_ASSIGN(auto revoked, read_revoked(before, root.certificate()));
    if (std::ranges::any_of(revoked, [&](const auto& one) { return one.serial == *meant; })) return {};
    revoked.push_back({*meant, identity::RevocationReason::kCaCompromise, now});
    return write_file_atomically(
        folder / kRevokedIssuers,
        root.revocation_list_pem(revoked, {now, root.certificate().not_after(), revoked.size()}));
}

Result<KeyFolder> KeyFolder::open(fs::path folder) {
    const auto root_pem = read_text(folder / kRoot);
    if (!root_pem && root_pem.error().code() == ErrorCode::kNotFound)
        return fail(ErrorCode::kNotFound, "not-initialised: " + folder.string() +
                                              " holds no keys; run `huizhen-coordinator init` first");
    if (!root_pem) return fail(root_pem.error());
    HZ_ASSIGN(Certificate root, Certificate::read(*root_pem));
    HZ_ASSIGN(const std::string issuing_pem, read_text(folder / kIssuing));
    HZ_ASSIGN(Certificate issuing, Certificate::read(issuing_pem));
    HZ_ASSIGN(const SecretText issuing_key, read_secret(folder / kIssuingKey));
    HZ_ASSIGN(PrivateKey key, PrivateKey::from_pem(issuing_key.reveal_secret("to sign certificates")));
    HZ_ASSIGN(std::string revoked_pem, read_text_if_there(folder / kRevokedIssuers));
    HZ_ASSIGN(const auto revoked, read_revoked(revoked_pem, root));
    identity::Revocations revoked_issuers;
    for (const identity::Revocation& one : revoked) revoked_issuers.add(one);
    if (revoked_issuers.is_revoked(issuing.serial()))
        return fail(ErrorCode::kPermissionDenied,
                    "issuer-revoked: the root has revoked the issuing key; run `huizhen-coordinator "
                    "rotate-issuer`");
    HZ_ASSIGN(auto authority, IssuingAuthority::open(std::move(key), std::move(issuing), std::move(root)));
    HZ_ASSIGN(const auto seed, read_file(folder / kAuditSeed, 32));
    if (seed.size() != 32)
        return fail(ErrorCode::kIntegrity, "key-malformed: audit-seed is not 32 bytes long");
    HZ_ASSIGN(const SecretText lineage_pem, read_secret(folder / kLineageKey));
    HZ_ASSIGN(PrivateKey lineage, PrivateKey::from_pem(lineage_pem.reveal_secret("to sign the lineage")));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(seed.data());
    KeyFolder keys(std::move(folder), std::move(authority),
                   Secret<32>(std::span<const std::uint8_t, 32>(bytes, 32)), std::move(lineage));
    keys.revoked_issuers_ = std::move(revoked_issuers);
    keys.revoked_issuers_pem_ = std::move(revoked_pem);
    return keys;
}

Result<ServerKeys> KeyFolder::server() const {
    HZ_ASSIGN(const SecretText both, read_secret(folder_ / kServerKey));
    const std::string_view text = both.reveal_secret("TLS presents the key");
    constexpr std::string_view kEnd = "-----END PRIVATE KEY-----\n";
    const std::size_t end = text.find(kEnd);
    if (end == std::string_view::npos)
        return fail(ErrorCode::kMalformedInput, "key-malformed: server-key.pem holds no private key");
    ServerKeys keys;
    keys.key_pem = SecretText(text.substr(0, end + kEnd.size()));
    keys.chain_pem = text.substr(end + kEnd.size());
    HZ_ASSIGN(const auto chain, identity::read_chain(keys.chain_pem));
    keys.not_after = chain.front().not_after();
    return keys;
}

Status KeyFolder::renew_server(const std::vector<std::string>& hosts, RandomSource& random,
                               identity::Time now) const {
    return write_server(folder_, authority_, hosts, random, now);
}

}  // namespace huizhen::coordinator
