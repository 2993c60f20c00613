#include <huizhen/base/check.h>
#include <huizhen/base/sha256.h>
#include <huizhen/vault/opener.h>

#include "sealed_format.h"

namespace huizhen::vault {

namespace {

// As many bytes as there are, up to the whole span.
Result<std::size_t> read_full(const Source& source, std::span<std::uint8_t> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        HZ_ASSIGN(const std::size_t count, source(into.subspan(filled)));
        HZ_CHECK(count <= into.size() - filled, "a source gives what fits");
        if (count == 0) break;
        filled += count;
    }
    return filled;
}

struct Header {
    int chunk_log2 = 0;
    Key data_key;
};

Result<Header> read_header(const KeyRing& ring, BytesView context, const Source& source) {
    std::array<std::uint8_t, kSealedHeaderBytes> bytes{};
    HZ_ASSIGN(const std::size_t filled, read_full(source, bytes));
    if (!std::equal(kSealedMagic.begin(), kSealedMagic.end(), bytes.begin())) {
        return fail(ErrorCode::kMalformedInput, "not-sealed: it does not begin as sealed data does");
    }
    if (filled > 8 && bytes[8] != 1) {
        return fail(ErrorCode::kUnsupported,
                    "sealed-too-new: format " + std::to_string(bytes[8]) + "; this program reads format 1");
    }
    if (filled < bytes.size()) return fail(ErrorCode::kMalformedInput, "sealed-truncated: its header is cut");
    Header header;
    header.chunk_log2 = bytes[9];
    if (header.chunk_log2 < kMinChunkLog2 || header.chunk_log2 > kMaxChunkLog2 || bytes[10] != 0 ||
        bytes[11] != 0) {
        return fail(ErrorCode::kMalformedInput, "sealed-malformed: its header breaks the format");
    }
    KeyId id{};
    std::copy_n(bytes.begin() + 12, id.size(), id.begin());
    const Key* wrapping = ring.find(id);
    if (wrapping == nullptr) {
        return fail(ErrorCode::kPermissionDenied,
                    "unknown-key: sealed under " + to_hex(id) + ", which this key ring does not have");
    }
    Nonce nonce{};
    std::copy_n(bytes.begin() + kNonceAt, nonce.size(), nonce.begin());
    if (!Cipher(*wrapping).open(nonce, wrap_associated(bytes, context), BytesView(bytes).subspan(kWrappedAt),
                                header.data_key.mutable_bytes())) {
        return fail(ErrorCode::kIntegrity, "sealed-damaged: its header is not what was sealed here");
    }
    return header;
}

}  // namespace

struct Opener::State {
    State(Header header, Source from)
        : cipher(header.data_key),
          source(std::move(from)),
          box((std::size_t{1} << header.chunk_log2) + kTagBytes + 1),
          plain(std::size_t{1} << header.chunk_log2) {}
    ~State() { wipe(plain); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // One byte more than a chunk: whether there is one says whether this chunk is the last.
    Status read_chunk() {
        if (!last) box[0] = box.back();
        const std::size_t begin = last ? 0 : 1;
        HZ_ASSIGN(const std::size_t filled, read_full(source, std::span(box).subspan(begin)));
        last = begin + filled < box.size();
        in_box = std::min(begin + filled, box.size() - 1);
        return {};
    }

    Cipher cipher;
    Source source;
    Bytes box, plain;
    std::size_t in_box = 0;
    std::uint64_t number = 0;
    bool last = true;  // so far: nothing is carried over into the first chunk
    bool ended = false;
};

Opener::Opener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Opener::~Opener() = default;
Opener::Opener(Opener&&) noexcept = default;
Opener& Opener::operator=(Opener&&) noexcept = default;

Result<Opener> Opener::begin(const KeyRing& ring, BytesView context, Source source) {
    HZ_ASSIGN(Header header, read_header(ring, context, source));
    return Opener(std::make_unique<State>(std::move(header), std::move(source)));
}

Result<BytesView> Opener::next() {
    if (state_->ended) return BytesView();
    HZ_TRY(state_->read_chunk());
    const bool last = state_->last;
    if (state_->in_box < kTagBytes || (last && state_->in_box == kTagBytes && state_->number > 0)) {
        return fail(ErrorCode::kMalformedInput, "sealed-truncated: it ends between two chunks");
    }
    const BytesView box = BytesView(state_->box).first(state_->in_box);
    const auto plain = std::span(state_->plain).first(state_->in_box - kTagBytes);
    const std::uint64_t number = state_->number++;
    if (!state_->cipher.open(chunk_nonce(number, last), {}, box, plain)) {
        // The same bytes as a chunk in the middle: what should follow was cut off.
        if (last && state_->cipher.open(chunk_nonce(number, false), {}, box, plain)) {
            wipe(plain);
            return fail(ErrorCode::kMalformedInput,
                        "sealed-truncated: it ends behind chunk " + std::to_string(number));
        }
        return fail(ErrorCode::kIntegrity,
                    "sealed-damaged: chunk " + std::to_string(number) + " is not what was sealed");
    }
    state_->ended = last;
    return plain;
}

Result<Bytes> open(const KeyRing& ring, BytesView context, BytesView sealed, std::size_t max_bytes) {
    HZ_ASSIGN(Opener opener,
              Opener::begin(ring, context, [&](std::span<std::uint8_t> into) -> Result<std::size_t> {
                  const std::size_t count = std::min(into.size(), sealed.size());
                  std::copy_n(sealed.begin(), count, into.begin());
                  sealed = sealed.subspan(count);
                  return count;
              }));
    Bytes plain;
    while (true) {
        HZ_ASSIGN(const BytesView part, opener.next());
        if (part.empty()) return plain;
        if (part.size() > max_bytes - plain.size()) {
            return fail(ErrorCode::kLimitExceeded,
                        "sealed-too-long: more than " + std::to_string(max_bytes) + " bytes");
        }
        plain.insert(plain.end(), part.begin(), part.end());
    }
}

}  // namespace huizhen::vault
