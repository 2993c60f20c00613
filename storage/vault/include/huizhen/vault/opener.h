#pragma once

// Opening what sealer.h sealed. Errors: kMalformedInput ("not-sealed", "sealed-malformed",
// "sealed-truncated"), kUnsupported ("sealed-too-new"), kPermissionDenied ("unknown-key": its wrapping key is
// not in the ring), kIntegrity ("sealed-damaged": not these bytes, not this key or not this context).

#include <huizhen/vault/sealer.h>

namespace huizhen::vault {

// Gives up to as many bytes as fit; 0 at the end alone.
using Source = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

// One thread at a time; one object each.
class Opener {
  public:
    static Result<Opener> begin(const KeyRing& ring, BytesView context, Source source);
    ~Opener();
    Opener(Opener&&) noexcept;
    Opener& operator=(Opener&&) noexcept;

    // The next chunk, authentic, valid until the next call; empty when the object was read whole. What came
    // before an error is authentic too, but not all there is: use nothing of it.
    Result<BytesView> next();

  private:
    struct State;
    explicit Opener(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// kLimitExceeded: more than `max_bytes`.
Result<Bytes> open(const KeyRing& ring, BytesView context, BytesView sealed, std::size_t max_bytes = 1 << 20);

}  // namespace huizhen::vault
