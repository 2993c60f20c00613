#include "vault_entry.h"

#include <huizhen/base/check.h>
#include <huizhen/vault/key_ring_file.h>
#include <huizhen/vault/opener.h>

namespace huizhen::fuzz {

namespace {

using namespace vault;

// The same keys in every run, or nothing of the corpus would open.
class Counting final : public RandomSource {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i + 1);
    }
};

template <typename T>
bool checked(const Result<T>& result) {
    if (result) return true;
    HZ_CHECK(!result.error().message().empty(), "a reason");
    HZ_CHECK(result.error().code() != ErrorCode::kInternal, "bad input is no bug of ours");
    return false;
}

bool read_sealed(BytesView bytes, const KeyRing& ring) {
    const auto plain = open(ring, view_of("fuzz"), bytes);
    HZ_CHECK(!plain || plain->size() + kSealedHeaderBytes + kTagBytes <= bytes.size(),
             "no more than was sealed");
    return checked(plain);
}

}  // namespace

bool read_vault(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return false;
    Counting counting;
    static const KeyRing ring = KeyRing::generate(counting);
    static const MasterKey master = MasterKey::generate(counting);
    const BytesView rest = bytes.subspan(1);
    switch (bytes.front()) {
        case 0: return read_sealed(rest, ring);
        case 1: return checked(open_key_ring(rest, master));
        default: return false;
    }
}

}  // namespace huizhen::fuzz
