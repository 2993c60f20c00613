#include <huizhen/secure_aggregation/seeded_random.h>

#include "key_stream.h"

namespace huizhen::secagg {

struct SeededRandom::Stream {
    KeyStream key_stream;
};

SeededRandom::SeededRandom(const Secret32& seed) : stream_(std::make_unique<Stream>()) {
    stream_->key_stream.start(seed, 0);
}
SeededRandom::~SeededRandom() = default;
SeededRandom::SeededRandom(SeededRandom&&) noexcept = default;
SeededRandom& SeededRandom::operator=(SeededRandom&&) noexcept = default;

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
    static constexpr std::array<std::uint8_t, 4096> kZeros{};
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), kZeros.size()));
        stream_->key_stream.next(kZeros.data(), part);
        bytes = bytes.subspan(part.size());
    }
}

}  // namespace huizhen::secagg
