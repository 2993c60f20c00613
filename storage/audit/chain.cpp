#include "chain.h"

namespace huizhen::audit {

namespace {

class Message {
  public:
    explicit Message(std::string_view tag) { raw(tag); }
    void raw(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
    void raw(std::span<const std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void number(std::uint64_t value) {
        for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    void text(std::string_view text) {
        number(text.size());
        raw(text);
    }
    Sha256Digest hash() const { return sha256(std::as_bytes(std::span(bytes_))); }
    database::Blob take() { return std::move(bytes_); }

  private:
    database::Blob bytes_;
};

}  // namespace

Sha256Digest commitment_of(std::span<const std::uint8_t> salt, std::string_view why) {
    Message message("huizhen audit reason 1");
    message.raw(salt);
    message.raw(why);
    return message.hash();
}

Sha256Digest entry_hash(const Sha256Digest& before, const Entry& entry) {
    Message message("huizhen audit entry 1");
    message.raw(before);
    message.number(static_cast<std::uint64_t>(entry.number));
    message.number(static_cast<std::uint64_t>(entry.time_us));
    message.text(entry.who);
    message.text(entry.what);
    message.text(entry.from);
    const std::uint8_t has_about = entry.about ? 1 : 0;
    message.raw(std::span(&has_about, 1));
    if (entry.about) message.raw(*entry.about);
    message.raw(entry.commitment);
    return message.hash();
}

database::Blob head_message(std::int64_t number, const Sha256Digest& hash) {
    Message message("huizhen audit head 1");
    message.number(static_cast<std::uint64_t>(number));
    message.raw(hash);
    return message.take();
}

}  // namespace huizhen::audit
