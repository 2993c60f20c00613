#include <fcntl.h>
#include <unistd.h>

#include <huizhen/base/check.h>
#include <huizhen/vault/sealer.h>

#include "codec.h"
#include "store_impl.h"

namespace huizhen::objects {

struct Writer::State {
    State(const Store::Impl& owner, std::filesystem::path part, files::Descriptor opened)
        : store(&owner),
          path(std::move(part)),
          file(std::move(opened)),
          hash(owner.name_key),
          sealer(
              *owner.ring, vault::view_of(kObjectContext),
              [this](BytesView bytes) { return files::write_all(file, bytes, path); }, *owner.random) {}
    ~State() {
        if (!placed) ::unlink(path.c_str());
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Status pack(BytesView bytes, bool end) {
        return compressor->feed(bytes, end, [this](BytesView packed) { return sealer.write(packed); });
    }

    const Store::Impl* store;
    std::filesystem::path path;
    files::Descriptor file;
    vault::KeyedHash hash;
    vault::Sealer sealer;
    std::optional<Compressor> compressor;
    bool placed = false, failed = false;
};

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;

Result<Writer> Store::begin(Compression compression) {
    auto path = impl_->root / "incoming" / random_id();
    HZ_ASSIGN(files::Descriptor file, files::open_file(path, O_WRONLY | O_CREAT | O_EXCL));
    Writer writer(std::make_unique<Writer::State>(*impl_, std::move(path), std::move(file)));
    const std::uint8_t codec = compression == Compression::kZstd ? 1 : 0;
    if (codec == 1) writer.state_->compressor.emplace();
    HZ_TRY(writer.state_->sealer.write(BytesView(&codec, 1)));
    return writer;
}

Status Writer::write(BytesView bytes) {
    HZ_CHECK(!state_->failed, "nothing follows a failure");
    state_->hash.update(bytes);
    Status written = state_->compressor ? state_->pack(bytes, false) : state_->sealer.write(bytes);
    state_->failed = !written;
    return written;
}

Result<ObjectName> Writer::commit() {
    HZ_CHECK(!state_->failed && !state_->placed, "committed once, and not after a failure");
    state_->failed = true;  // until the end
    if (state_->compressor) HZ_TRY(state_->pack({}, true));
    HZ_TRY(state_->sealer.finish());
    HZ_TRY(files::sync_file(state_->file, state_->path));
    state_->file.close();
    ObjectName name(to_hex(state_->hash.finish()));
    HZ_TRY(state_->store->place(state_->path, name));
    state_->placed = true;
    return name;
}

}  // namespace huizhen::objects
