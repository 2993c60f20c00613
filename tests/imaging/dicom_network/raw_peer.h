#pragma once

// A peer whose every byte the test chooses.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace huizhen::imaging::testing_site {

using Bytes = std::vector<std::byte>;

struct ProposedContext {
    std::string abstract_syntax;
    std::vector<std::string> syntaxes{"1.2.840.10008.1.2.1"};
};

// PDUs (PS3.8 9.3). Contexts have the ids 1, 3, 5, ...
Bytes associate_request(std::string_view called, std::string_view calling,
                        const std::vector<ProposedContext>& contexts);
Bytes data_pdu(std::uint8_t context, std::uint8_t flags, std::span<const std::byte> fragment);
inline constexpr std::uint8_t kCommandFlag = 1, kLastFlag = 2;
Bytes release_request();
Bytes abort_pdu();

// A connection to a port of 127.0.0.1.
class RawPeer {
  public:
    explicit RawPeer(std::uint16_t port);
    ~RawPeer();
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    bool send(std::span<const std::byte> bytes);
    // The next PDU: its type and the bytes behind the length; type 0 when the connection ends or after 20
    // seconds.
    std::pair<std::uint8_t, Bytes> receive();
    void close();

  private:
    bool fill(std::span<std::byte> bytes);
    int socket_ = -1;
};

}  // namespace huizhen::imaging::testing_site
