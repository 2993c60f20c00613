#include <fcntl.h>

#include <huizhen/base/check.h>
#include <huizhen/base/file.h>
#include <huizhen/base/sha256.h>
#include <huizhen/files/descriptor.h>
#include <huizhen/vault/key_ring_file.h>

#include "cipher.h"

namespace huizhen::vault {

namespace {

constexpr std::string_view kMagic = "HZKEYRNG";
constexpr std::string_view kAssociated = "huizhen key ring 1";
constexpr std::size_t kSlotBytes = 8 + kNonceBytes + 32 + 16;
constexpr std::size_t kMaxBody = 32 + 4 + 32 * KeyRing::kMaxWrappingKeys;
constexpr std::size_t kMaxFile = 10 + kMaxMasters * kSlotBytes + kNonceBytes + 4 + kMaxBody + 16;

void append(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
void append_u32(Bytes& out, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
std::uint32_t read_u32(BytesView bytes) {
    return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
           std::uint32_t{bytes[3]} << 24;
}

Bytes associated_with(BytesView bytes) {
    Bytes all;
    append(all, view_of(kAssociated));
    append(all, bytes);
    return all;
}

Nonce nonce_at(BytesView bytes) {
    Nonce nonce{};
    std::copy_n(bytes.begin(), nonce.size(), nonce.begin());
    return nonce;
}

struct Slot {
    KeyId id{};
    BytesView whole;
};

// The file, taken apart; views into it.
struct Parts {
    std::vector<Slot> slots;
    BytesView before_body;  // up to and with the size
    BytesView nonce, body;
};

Result<Parts> take_apart(BytesView file) {
    if (file.size() < 10 || !std::equal(kMagic.begin(), kMagic.end(), file.begin())) {
        return fail(ErrorCode::kMalformedInput, "ring-malformed: not a key ring");
    }
    if (file[8] != 1) {
        return fail(ErrorCode::kUnsupported, "ring-too-new: a key ring of format " + std::to_string(file[8]) +
                                                 "; this program reads format 1");
    }
    Parts parts;
    const std::size_t masters = file[9];
    if (masters == 0 || masters > kMaxMasters) {
        return fail(ErrorCode::kMalformedInput,
                    "ring-malformed: " + std::to_string(masters) + " master keys");
    }
    const std::size_t body_at = 10 + masters * kSlotBytes + kNonceBytes + 4;
    if (file.size() < body_at) return fail(ErrorCode::kMalformedInput, "ring-truncated: its head is cut");
    for (std::size_t i = 0; i < masters; ++i) {
        Slot slot;
        slot.whole = file.subspan(10 + i * kSlotBytes, kSlotBytes);
        std::copy_n(slot.whole.begin(), slot.id.size(), slot.id.begin());
        parts.slots.push_back(slot);
    }
    const std::uint32_t size = read_u32(file.subspan(body_at - 4));
    if (size > kMaxBody) return fail(ErrorCode::kMalformedInput, "ring-malformed: too many keys");
    if (file.size() < body_at + size + 16) {
        return fail(ErrorCode::kMalformedInput, "ring-truncated: its keys are cut");
    }
    if (file.size() > body_at + size + 16) {
        return fail(ErrorCode::kMalformedInput, "ring-malformed: bytes behind its end");
    }
    parts.before_body = file.first(body_at);
    parts.nonce = file.subspan(body_at - 4 - kNonceBytes, kNonceBytes);
    parts.body = file.subspan(body_at);
    return parts;
}

Result<Key> file_key(const Parts& parts, const MasterKey& master) {
    for (const Slot& slot : parts.slots) {
        if (slot.id != master.id()) continue;
        Key key;
        const BytesView head = slot.whole.first(8 + kNonceBytes);
        if (!Cipher(master.key())
                 .open(nonce_at(head.subspan(8)), associated_with(head), slot.whole.subspan(head.size()),
                       key.mutable_bytes())) {
            return fail(ErrorCode::kIntegrity, "ring-damaged: the master key's part of it does not open");
        }
        return key;
    }
    return fail(ErrorCode::kPermissionDenied,
                "wrong-master-key: the key ring is sealed under another than " + to_hex(master.id()));
}

}  // namespace

// The one friend of KeyRing: its keys from and to the body of the file.
class KeyRingCodec {
  public:
    static Result<KeyRing> read(BytesView plain) {
        const std::size_t count = plain.size() < 36 ? 0 : read_u32(plain.subspan(32));
        if (count == 0 || count > KeyRing::kMaxWrappingKeys || plain.size() != 36 + 32 * count) {
            return fail(ErrorCode::kMalformedInput, "ring-malformed: its keys do not fit its size");
        }
        KeyRing ring;
        ring.root_ = Key(plain.first<32>());
        for (std::size_t i = 0; i < count; ++i) {
            KeyRing::Wrapping wrapping;
            wrapping.key = Key(plain.subspan(36 + 32 * i).first<32>());
            wrapping.id = key_id_of(wrapping.key);
            ring.keys_.push_back(std::move(wrapping));
        }
        return ring;
    }
    // To be wiped by the caller.
    static Bytes write(const KeyRing& ring) {
        Bytes plain;
        plain.reserve(36 + 32 * ring.keys_.size());  // no copy is left behind by growing
        append(plain, ring.root_.bytes());
        append_u32(plain, static_cast<std::uint32_t>(ring.keys_.size()));
        for (const auto& wrapping : ring.keys_) append(plain, wrapping.key.bytes());
        return plain;
    }
};

Result<KeyRing> open_key_ring(BytesView file, const MasterKey& master) {
    HZ_ASSIGN(const Parts parts, take_apart(file));
    HZ_ASSIGN(const Key key, file_key(parts, master));
    Bytes plain(parts.body.size() - 16);
    if (!Cipher(key).open(nonce_at(parts.nonce), associated_with(parts.before_body), parts.body, plain)) {
        return fail(ErrorCode::kIntegrity, "ring-damaged: its keys do not open");
    }
    auto ring = KeyRingCodec::read(plain);
    wipe(plain);
    return ring;
}

Bytes seal_key_ring(const KeyRing& ring, std::span<const MasterKey* const> masters, RandomSource& random) {
    HZ_CHECK(!masters.empty() && masters.size() <= kMaxMasters, "one to eight master keys");
    Key key;
    random.fill(key.mutable_bytes());
    Bytes file;
    append(file, view_of(kMagic));
    file.push_back(1);
    file.push_back(static_cast<std::uint8_t>(masters.size()));
    Nonce nonce{};
    for (const MasterKey* master : masters) {
        const std::size_t begin = file.size();
        random.fill(nonce);
        append(file, master->id());
        append(file, nonce);
        const Bytes associated = associated_with(BytesView(file).subspan(begin));
        Bytes box(32 + 16);
        Cipher(master->key()).seal(nonce, associated, key.bytes(), box);
        append(file, box);
    }
    Bytes plain = KeyRingCodec::write(ring);
    random.fill(nonce);
    append(file, nonce);
    append_u32(file, static_cast<std::uint32_t>(plain.size()));
    Bytes box(plain.size() + 16);
    Cipher(key).seal(nonce, associated_with(file), plain, box);
    wipe(plain);
    append(file, box);
    return file;
}

namespace {

Status replace(const std::filesystem::path& path, const KeyRing& ring,
               std::span<const MasterKey* const> masters, RandomSource& random) {
    const Bytes file = seal_key_ring(ring, masters, random);
    HZ_ASSIGN(const KeyRing again, open_key_ring(file, *masters.front()));
    HZ_CHECK(again.current_id() == ring.current_id(), "what is written opens");
    return write_file_atomically(path, std::as_bytes(std::span(file)));
}

}  // namespace

Status create_key_ring(const std::filesystem::path& path, const KeyRing& ring, const MasterKey& master,
                       RandomSource& random) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
        return fail(ErrorCode::kInvalidArgument,
                    "already-there: " + path.string() + "; all that it sealed would be lost");
    }
    const std::array masters = {&master};
    return replace(path, ring, masters, random);
}

namespace {

Result<Bytes> read_ring_bytes(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxFile));
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return Bytes(data, data + bytes.size());
}

struct Opened {
    KeyRing ring;
    std::vector<KeyId> masters;
};

Result<Opened> read_with_masters(const std::filesystem::path& path, const MasterKey& master) {
    HZ_ASSIGN(const Bytes bytes, read_ring_bytes(path));
    auto ring = open_key_ring(bytes, master);
    if (!ring) return fail(ring.error().within(path.string()));
    HZ_ASSIGN(const Parts parts, take_apart(bytes));
    Opened opened{std::move(*ring), {}};
    for (const Slot& slot : parts.slots) opened.masters.push_back(slot.id);
    return opened;
}

// Rewriting needs the keys themselves: with one of two, the other would be locked out without a word.
tl::unexpected<Error> two_masters(const std::filesystem::path& path) {
    return fail(ErrorCode::kInvalidArgument, "master-change-open: " + path.string() +
                                                 " opens under two master keys; keep one of them first");
}

}  // namespace

Result<KeyRing> read_key_ring(const std::filesystem::path& path, const MasterKey& master) {
    HZ_ASSIGN(Opened opened, read_with_masters(path, master));
    return std::move(opened.ring);
}

Status rotate_wrapping_key(const std::filesystem::path& path, KeyRing& ring, const MasterKey& master,
                           RandomSource& random) {
    HZ_ASSIGN(Opened next, read_with_masters(path, master));
    if (next.masters.size() != 1) return two_masters(path);
    HZ_TRY(next.ring.add_wrapping_key(random));
    const std::array masters = {&master};
    HZ_TRY(replace(path, next.ring, masters, random));
    ring = std::move(next.ring);
    return {};
}

Status add_master(const std::filesystem::path& path, const MasterKey& known, const MasterKey& added,
                  RandomSource& random) {
    HZ_ASSIGN(const Opened opened, read_with_masters(path, known));
    if (std::ranges::count(opened.masters, added.id()) > 0) return {};  // begun before, or the same key
    if (opened.masters.size() != 1) return two_masters(path);
    const std::array masters = {&known, &added};
    return replace(path, opened.ring, masters, random);
}

Status keep_only_master(const std::filesystem::path& path, const MasterKey& kept, RandomSource& random) {
    HZ_ASSIGN(const KeyRing ring, read_key_ring(path, kept));
    const std::array masters = {&kept};
    return replace(path, ring, masters, random);
}

}  // namespace huizhen::vault
