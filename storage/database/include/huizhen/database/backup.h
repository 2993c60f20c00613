#pragma once

// A whole, checked copy of a database in use, and the way back.

#include <filesystem>

#include <huizhen/base/progress.h>

namespace huizhen::database {

// A consistent copy in one file, taken while others read and write. Written beside, checked page by page,
// fsynced, then renamed to `target`: where that exists, it is whole. kInvalidArgument: `target` is there
// already.
Status back_up(const std::filesystem::path& source, const std::filesystem::path& target,
               ProgressSink& progress = silent_progress(), const std::stop_token& stop = {});

// Opens and checks every page, index and reference; changes nothing.
Status verify_backup(const std::filesystem::path& backup);

// Copies a verified backup to where the database lives, and verifies the copy. Never over an existing one:
// kInvalidArgument, "already-there"; a person moves the old one away first.
Status restore(const std::filesystem::path& backup, const std::filesystem::path& target,
               ProgressSink& progress = silent_progress(), const std::stop_token& stop = {});

}  // namespace huizhen::database
