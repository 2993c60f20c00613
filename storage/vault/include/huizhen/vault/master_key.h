#pragma once

// The one secret that lies outside the vault. A text file of one line, so that it can be printed and kept in
// a safe: "huizhen-master-key-1 <64 hex digits> <16 hex digits: its id, against typing errors>". From
// systemd's credentials or a file of mode 0600. PKCS#11 is not read.

#include <filesystem>
#include <optional>

#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/vault/key_id.h>

namespace huizhen::vault {

inline constexpr std::string_view kMasterKeyName = "huizhen-master-key";  // of the systemd credential

class MasterKey {
  public:
    explicit MasterKey(Key key) : key_(std::move(key)), id_(key_id_of(key_)) {}
    static MasterKey generate(RandomSource& random);

    const Key& key() const { return key_; }
    const KeyId& id() const { return id_; }

  private:
    Key key_;
    KeyId id_;
};

// kPermissionDenied, "key-exposed": others than its owner may read or write it, or the owner is neither this
// process' user nor root. kMalformedInput, "key-malformed"; kIntegrity, "key-mistyped": the id is another
// key's.
Result<MasterKey> read_master_key(const std::filesystem::path& path);

// New, mode 0600, on the disk when it returns; never over an existing file ("already-there").
Status write_master_key(const std::filesystem::path& path, const MasterKey& key);

// The credential where systemd gave one, else `file`. The folder is $CREDENTIALS_DIRECTORY
// (credentials_directory()).
Result<MasterKey> find_master_key(const std::optional<std::filesystem::path>& credentials,
                                  const std::filesystem::path& file);
std::optional<std::filesystem::path> credentials_directory();

}  // namespace huizhen::vault
