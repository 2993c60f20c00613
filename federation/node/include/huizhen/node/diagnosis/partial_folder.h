#pragma once

// A folder that is being filled under a hidden name, ".NAME.partial-1a2b3c4d", beside the place it will have.
// Its run holds a lock on it, which the system lets go of however the run ends: what a killed run left is
// told from what a live one is filling, and the next run of the same NAME clears it away. The lock is this
// machine's: two machines that share a disk must not write to one NAME at a time.

#include <filesystem>
#include <system_error>

#include <huizhen/base/result.h>

namespace huizhen::node {

class PartialFolder {
  public:
    // A new one for `target`, mode 0700; or what the system says against it.
    static tl::expected<PartialFolder, std::error_code> make(const std::filesystem::path& target);

    // Removes what killed runs left beside `target`; what cannot be removed stays.
    static void remove_abandoned(const std::filesystem::path& target);

    PartialFolder() = default;
    ~PartialFolder();  // lets go of the lock; the folder stays
    PartialFolder(PartialFolder&& other) noexcept;
    PartialFolder& operator=(PartialFolder&& other) noexcept;

    const std::filesystem::path& path() const { return path_; }  // empty: none
    // Where an earlier result may step aside to while it is replaced.
    std::filesystem::path aside() const;

  private:
    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace huizhen::node
