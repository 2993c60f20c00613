#include <fcntl.h>

#include <huizhen/vault/opener.h>

#include "codec.h"
#include "store_impl.h"

namespace huizhen::objects {

struct Reader::State {
    State(ObjectName wanted, const vault::Key& name_key, vault::Opener opened)
        : name(std::move(wanted)), hash(name_key), opener(std::move(opened)) {}

    tl::unexpected<Error> damaged(const Error& error) const {
        // Whatever its bytes now look like, it was whole when it was written.
        const bool ours = error.code() == ErrorCode::kIntegrity || error.code() == ErrorCode::kMalformedInput;
        if (!ours) return fail(error.within("object " + name.str()));
        return fail(ErrorCode::kIntegrity, "object-damaged: " + name.str() + ": " + error.message());
    }

    // The content as it was sealed, without the codec's byte.
    Result<BytesView> next_sealed() {
        HZ_ASSIGN(BytesView part, opener.next());
        if (codec || part.empty()) {
            if (!codec) return fail(ErrorCode::kMalformedInput, "it is empty inside");
            return part;
        }
        codec = part.front();
        if (*codec > 1) {
            return fail(ErrorCode::kUnsupported, "object-too-new: codec " + std::to_string(*codec));
        }
        if (*codec == 1) decompressor.emplace();
        part = part.subspan(1);
        return part.empty() ? opener.next() : part;
    }

    Result<BytesView> next_plain() {
        if (!codec || *codec == 0) {
            HZ_ASSIGN(const BytesView part, next_sealed());
            if (!decompressor) return part;
            decompressor->feed(part);
            sealed_ended = part.empty();
        }
        while (true) {
            HZ_ASSIGN(const BytesView plain, decompressor->next());
            if (!plain.empty()) return plain;
            if (!sealed_ended) {
                HZ_ASSIGN(const BytesView part, next_sealed());
                decompressor->feed(part);
                sealed_ended = part.empty();
            }
            if (sealed_ended) {
                if (decompressor->frame_ended()) return BytesView();
                return fail(ErrorCode::kMalformedInput, "its zstd frame is cut");
            }
        }
    }

    ObjectName name;
    vault::KeyedHash hash;
    vault::Opener opener;
    std::optional<std::uint8_t> codec;
    std::optional<Decompressor> decompressor;
    bool sealed_ended = false, ended = false;
};

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;

Result<Reader> Store::read(const ObjectName& name) const {
    if (!is_object_name(name.str())) {
        return fail(ErrorCode::kNotFound, "no-such-object: that is not the name of one");
    }
    const auto path = impl_->path_of(name);
    auto opened = files::open_file(path, O_RDONLY | O_NOFOLLOW);
    if (!opened && opened.error().code() == ErrorCode::kNotFound) {
        return fail(ErrorCode::kNotFound, "no-such-object: " + name.str());
    }
    if (!opened) return fail(opened.error());
    // std::function copies; the descriptor cannot be.
    const auto file = std::make_shared<files::Descriptor>(std::move(*opened));
    auto opener = vault::Opener::begin(
        *impl_->ring, vault::view_of(kObjectContext),
        [file, path](std::span<std::uint8_t> into) { return files::read_some(*file, into, path); });
    if (!opener) {
        const ErrorCode code = opener.error().code();
        const bool damaged = code == ErrorCode::kIntegrity || code == ErrorCode::kMalformedInput;
        if (!damaged) return fail(opener.error().within("object " + name.str()));
        return fail(ErrorCode::kIntegrity, "object-damaged: " + name.str() + ": " + opener.error().message());
    }
    return Reader(std::make_unique<Reader::State>(name, impl_->name_key, std::move(*opener)));
}

Result<BytesView> Reader::next() {
    if (state_->ended) return BytesView();
    auto part = state_->next_plain();
    if (!part) return state_->damaged(part.error());
    if (!part->empty()) {
        state_->hash.update(*part);
        return part;
    }
    state_->ended = true;
    if (to_hex(state_->hash.finish()) != state_->name.str()) {
        return state_->damaged(Error(ErrorCode::kIntegrity, "it is the content of another name"));
    }
    return part;
}

}  // namespace huizhen::objects
