#include "key_folder.h"

#include <system_error>

#include <huizhen/base/file.h>
#include <huizhen/identity/refusal.h>

namespace huizhen::site {
namespace {

namespace fs = std::filesystem;
using identity::PrivateKey;
using identity::SecretText;

constexpr std::size_t kMaxPemBytes = 64 << 10;
constexpr std::string_view kRequestKey = "request-key.pem";
constexpr std::string_view kNextKey = "next-key.pem";
constexpr std::string_view kCertificate = "certificate.pem";
constexpr std::string_view kRoot = "root.pem";
constexpr std::string_view kAuditSeed = "audit-seed";

// The bytes are wiped on the way; a std::string would leave copies of a key behind.
Result<SecretText> read_secret(const fs::path& path) {
    HZ_ASSIGN(auto bytes, read_file(path, kMaxPemBytes));
    SecretText text(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    wipe({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return text;
}

Status write_key(const fs::path& path, const PrivateKey& key) {
    const SecretText pem = key.to_pem();
    return write_file_atomically(path, pem.reveal_secret("a key goes into its file, mode 0600"));
}

tl::unexpected<Error> not_enrolled(const Error& error) {
    if (error.code() != ErrorCode::kNotFound) return fail(error);
    return fail(ErrorCode::kNotFound,
                "not-enrolled: there is no certificate here yet; run `huizhen-node enrol` first");
}

void remove_quietly(const fs::path& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
}

}  // namespace

Result<KeyFolder> KeyFolder::open(const fs::path& state) {
    const fs::path folder = state / "keys";
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return fail(ErrorCode::kIo, "cannot make " + folder.string() + ": " + error.message());
    return KeyFolder(folder);
}

Result<PrivateKey> KeyFolder::key_in(std::string_view name, RandomSource& random) const {
    const auto pem = read_secret(folder_ / name);
    if (pem) return PrivateKey::from_pem(pem->reveal_secret("the site's key is read back"));
    if (pem.error().code() != ErrorCode::kNotFound) return fail(pem.error());
    PrivateKey key = PrivateKey::generate(random);
    HZ_TRY(write_key(folder_ / name, key));
    return key;
}

Result<PrivateKey> KeyFolder::request_key(RandomSource& random) const { return key_in(kRequestKey, random); }
Result<PrivateKey> KeyFolder::next_key(RandomSource& random) const { return key_in(kNextKey, random); }

Result<Secret<32>> KeyFolder::audit_seed(RandomSource& random) const {
    auto bytes = read_file(folder_ / kAuditSeed, 32);
    if (!bytes && bytes.error().code() == ErrorCode::kNotFound) {
        Secret<32> seed;
        random.fill(seed.mutable_bytes());
        HZ_TRY(write_file_atomically(folder_ / kAuditSeed, std::as_bytes(seed.bytes())));
        return seed;
    }
    if (!bytes) return fail(bytes.error());
    if (bytes->size() != 32)
        return fail(ErrorCode::kIntegrity, "key-malformed: audit-seed is not 32 bytes long");
    auto* first = reinterpret_cast<std::uint8_t*>(bytes->data());
    Secret<32> seed(std::span<const std::uint8_t, 32>(first, 32));
    wipe({first, 32});
    return seed;
}

Status KeyFolder::write_root(const identity::Certificate& root) const {
    return write_file_atomically(folder_ / kRoot, root.pem());
}

Result<identity::Certificate> KeyFolder::root() const {
    const auto bytes = read_file(folder_ / kRoot, kMaxPemBytes);
    if (!bytes) return not_enrolled(bytes.error());
    return identity::Certificate::read(
        std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
}

Status KeyFolder::install(const PrivateKey& key, const std::string& chain_pem) const {
    HZ_ASSIGN(const auto chain, identity::read_chain(chain_pem));
    if (chain.front().public_key() != key.public_key())
        return identity::refusal::kKeyOfAnother.because("the certificate that came is for another key");
    const SecretText pem = key.to_pem();
    const std::string_view key_pem = pem.reveal_secret("key and certificate go into one file, mode 0600");
    std::vector<std::byte> both(key_pem.size() + chain_pem.size());
    std::ranges::copy(std::as_bytes(std::span(key_pem)), both.begin());
    std::ranges::copy(std::as_bytes(std::span(chain_pem)),
                      both.begin() + static_cast<std::ptrdiff_t>(key_pem.size()));
    const Status written = write_file_atomically(folder_ / kCertificate, both);
    wipe({reinterpret_cast<std::uint8_t*>(both.data()), both.size()});
    HZ_TRY(written);
    remove_quietly(folder_ / kRequestKey);
    remove_quietly(folder_ / kNextKey);
    return {};
}

Result<SiteCertificate> KeyFolder::certificate() const {
    const auto both = read_secret(folder_ / kCertificate);
    if (!both) return not_enrolled(both.error());
    const std::string_view text = both->reveal_secret("the site signs with its key");
    constexpr std::string_view kEnd = "-----END PRIVATE KEY-----\n";
    const std::size_t end = text.find(kEnd);
    if (end == std::string_view::npos)
        return fail(ErrorCode::kMalformedInput, "key-malformed: certificate.pem holds no private key");
    HZ_ASSIGN(PrivateKey key, PrivateKey::from_pem(text.substr(0, end + kEnd.size())));
    std::string chain_pem(text.substr(end + kEnd.size()));
    HZ_ASSIGN(const auto chain, identity::read_chain(chain_pem));
    HZ_ASSIGN(identity::PeerIdentity who, identity::read_identity(chain.front()));
    if (who.public_key != key.public_key())
        return identity::refusal::kKeyOfAnother.because(
            "certificate.pem holds a key and another key's certificate");
    return SiteCertificate{std::move(key), std::move(chain_pem), std::move(who)};
}

Status KeyFolder::remove_certificate() const {
    for (const std::string_view name : {kCertificate, kRequestKey, kNextKey}) {
        std::error_code error;
        fs::remove(folder_ / name, error);
        if (error)
            return fail(ErrorCode::kIo,
                        "cannot remove " + (folder_ / name).string() + ": " + error.message());
    }
    return {};
}

}  // namespace huizhen::site
