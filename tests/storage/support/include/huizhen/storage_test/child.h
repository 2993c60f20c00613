#pragma once

// What a test does in a process of its own: run against a full disk, or be killed.

#include <cstdint>
#include <filesystem>
#include <functional>

#include <sys/types.h>

namespace huizhen::storage_test {

// Runs `body` in a child; its return value is the child's exit code, 255 after an exception. Gives the exit
// code, or -1 for a child that a signal ended.
int run_in_child(const std::function<int()>& body);

// A child that is still running; the caller waits for it.
pid_t start_child(const std::function<int()>& body);
// True where the child had been running until the signal.
bool kill_child(pid_t child);

// In a child alone. No file grows beyond this; write(2) says EFBIG instead of raising a signal.
void limit_file_size(std::uint64_t bytes);
// In a child alone. A disk of this size at `folder`, seen by this process only; false where the system
// forbids it.
bool mount_small_disk(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace huizhen::storage_test
