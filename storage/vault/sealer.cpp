#include <huizhen/base/check.h>

#include "sealed_format.h"

namespace huizhen::vault {

namespace {

Key fresh_key(RandomSource& random) {
    Key key;
    random.fill(key.mutable_bytes());
    return key;
}

}  // namespace

struct Sealer::State {
    State(Key key, Sink to, int chunk_log2)
        : data_key(std::move(key)),
          cipher(data_key),
          sink(std::move(to)),
          chunk_bytes(std::size_t{1} << chunk_log2) {
        plain.reserve(chunk_bytes);
    }
    ~State() { wipe(plain); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Status flush(bool last) {
        box.resize(plain.size() + kTagBytes);
        cipher.seal(chunk_nonce(number++, last), {}, plain, box);
        plain.clear();
        return sink(box);
    }

    Key data_key;
    Cipher cipher;
    Sink sink;
    std::size_t chunk_bytes;
    Bytes header, plain, box;
    std::uint64_t number = 0;
    bool header_written = false, finished = false;
};

Sealer::Sealer(const KeyRing& ring, BytesView context, Sink sink, RandomSource& random, int chunk_log2)
    : state_(std::make_unique<State>(fresh_key(random), std::move(sink), chunk_log2)) {
    HZ_CHECK(chunk_log2 >= kMinChunkLog2 && chunk_log2 <= kMaxChunkLog2, "a chunk of 4 KiB to 1 MiB");
    Bytes& header = state_->header;
    header.assign(kSealedMagic.begin(), kSealedMagic.end());
    header.push_back(1);
    header.push_back(static_cast<std::uint8_t>(chunk_log2));
    header.resize(kSealedHeaderBytes, 0);
    std::copy(ring.current_id().begin(), ring.current_id().end(), header.begin() + 12);
    Nonce nonce{};
    random.fill(nonce);
    std::copy(nonce.begin(), nonce.end(), header.begin() + kNonceAt);
    Cipher(ring.current_key())
        .seal(nonce, wrap_associated(header, context), state_->data_key.bytes(),
              std::span(header).subspan(kWrappedAt));
}
Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;

Status Sealer::write(BytesView bytes) {
    HZ_CHECK(!state_->finished, "nothing is written behind the end");
    if (!state_->header_written) {
        HZ_TRY(state_->sink(state_->header));
        state_->header_written = true;
    }
    Bytes& plain = state_->plain;
    while (!bytes.empty()) {
        // A full chunk waits until more follows: the last one is sealed as such.
        if (plain.size() == state_->chunk_bytes) HZ_TRY(state_->flush(false));
        const BytesView part = bytes.first(std::min(bytes.size(), state_->chunk_bytes - plain.size()));
        plain.insert(plain.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
    }
    return {};
}

Status Sealer::finish() {
    HZ_TRY(write({}));
    state_->finished = true;
    return state_->flush(true);
}

Bytes seal(const KeyRing& ring, BytesView context, BytesView plain, RandomSource& random) {
    Bytes sealed;
    sealed.reserve(sealed_size(plain.size()));
    Sealer sealer(
        ring, context,
        [&](BytesView bytes) -> Status {
            sealed.insert(sealed.end(), bytes.begin(), bytes.end());
            return {};
        },
        random);
    const bool done = sealer.write(plain) && sealer.finish();
    HZ_CHECK(done, "memory takes everything");
    return sealed;
}

std::uint64_t sealed_size(std::uint64_t plain_bytes, int chunk_log2) {
    const std::uint64_t chunk = std::uint64_t{1} << chunk_log2;
    const std::uint64_t chunks = std::max<std::uint64_t>(1, (plain_bytes + chunk - 1) / chunk);
    return kSealedHeaderBytes + plain_bytes + chunks * kTagBytes;
}

}  // namespace huizhen::vault
