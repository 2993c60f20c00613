#include "record_bytes.h"

namespace huizhen::acceptance {

namespace {

tl::unexpected<Error> malformed() {
    return fail(ErrorCode::kMalformedInput, "a lineage record is damaged or cut short");
}

}  // namespace

Result<secagg::BytesView> RecordReader::raw(std::uint64_t count) {
    if (count > rest_.size()) return malformed();
    const secagg::BytesView bytes = rest_.first(count);
    rest_ = rest_.subspan(count);
    return bytes;
}

Result<std::uint64_t> RecordReader::number(int size) {
    HZ_ASSIGN(const secagg::BytesView bytes, raw(static_cast<std::uint64_t>(size)));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return value;
}

Result<bool> RecordReader::flag() {
    HZ_ASSIGN(const std::uint64_t value, number(1));
    if (value > 1) return malformed();
    return value == 1;
}

Result<std::string> RecordReader::text() {
    HZ_ASSIGN(const std::uint64_t size, number(4));
    HZ_ASSIGN(const secagg::BytesView bytes, raw(size));
    return std::string(bytes.begin(), bytes.end());
}

Result<Sha256Digest> RecordReader::digest() {
    Sha256Digest digest;
    HZ_ASSIGN(const secagg::BytesView bytes, raw(digest.size()));
    std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

Result<std::size_t> RecordReader::count(std::size_t item_bytes) {
    HZ_ASSIGN(const std::uint64_t items, number(4));
    if (items > rest_.size() / item_bytes) return malformed();
    return static_cast<std::size_t>(items);
}

}  // namespace huizhen::acceptance
