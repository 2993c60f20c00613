#include <openssl/rand.h>

#include <huizhen/base/check.h>
#include <huizhen/base/ids.h>
#include <huizhen/base/sha256.h>

namespace huizhen {

std::string random_id() {
    std::array<std::uint8_t, 16> bytes{};
    HZ_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
             "the system's random generator failed");
    return to_hex(bytes);
}

}  // namespace huizhen
