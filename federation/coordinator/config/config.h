#pragma once

// coordinator.toml, in the state folder. Every key is checked; a mistake is named with line and column.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::coordinator {

struct Config {
    std::string federation;                          // its name, as people call it
    std::string listen = "0.0.0.0:7443";             // address and port of this machine
    std::string advertise;                           // "HOST:PORT" that invitations name
    std::vector<std::string> hosts;                  // in the server's certificate
    std::uint64_t max_object_bytes = 16ULL << 30U;   // one model or upload
    std::uint64_t max_stored_bytes = 200ULL << 30U;  // all models and uploads
    std::chrono::seconds heartbeat{20};
    std::chrono::seconds silence{600};  // without a byte, a site is left out of the round
    std::uint32_t max_sites = 1000;
};

// kMalformedInput: "coordinator.toml:3:8: listen: not HOST:PORT".
Result<Config> read_config(const std::filesystem::path& path);
Result<Config> parse_config(std::string_view text, std::string_view name);

// With a sentence on every key.
std::string write_config(const Config& config);

}  // namespace huizhen::coordinator
