#pragma once

// Runs huizhen-node as a child process.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace huizhen::testing {

struct Ran {
    int code = -1;  // exit code; 128 + signal when killed by one
    std::string out, err;
};

struct RunOptions {
    bool as_nobody = false;                          // gives up root, where the tests run as root
    std::optional<std::uint64_t> file_size_limit{};  // RLIMIT_FSIZE: writes beyond it fail, as on a full disk
    std::optional<int> signal_after_first_progress{};  // sent once standard error says something
    std::string standard_output{};                     // a file to write it to; empty: collected in Ran::out
    std::string working_folder{};
    bool nobody_listens = false;  // both outputs are pipes whose reader is gone
};

Ran run_node(const std::vector<std::string>& arguments, const RunOptions& options = {});

// Names in `folder`, sorted.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace huizhen::testing
