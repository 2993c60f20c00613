#include <openssl/rand.h>

#include <huizhen/base/check.h>
#include <huizhen/base/random_source.h>

namespace huizhen {

namespace {

class SystemRandom final : public RandomSource {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        constexpr std::size_t kMaxAtOnce = 1 << 20;  // RAND_bytes counts in int
        while (!bytes.empty()) {
            const auto part = bytes.first(std::min(bytes.size(), kMaxAtOnce));
            HZ_CHECK(RAND_bytes(part.data(), static_cast<int>(part.size())) == 1,
                     "the system's random generator failed");
            bytes = bytes.subspan(part.size());
        }
    }
};

}  // namespace

RandomSource& system_random() {
    static SystemRandom source;
    return source;
}

}  // namespace huizhen
