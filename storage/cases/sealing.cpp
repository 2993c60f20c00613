#include "sealing.h"

#include <huizhen/vault/opener.h>
#include <huizhen/vault/sealer.h>

namespace huizhen::cases {

namespace {

std::string context(std::string_view table, std::int64_t row) {
    return std::string(table) + " " + std::to_string(row);
}

}  // namespace

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Bytes seal_bytes(const Core& core, std::string_view table, std::int64_t row, vault::BytesView plain) {
    return vault::seal(*core.ring, vault::view_of(context(table, row)), plain, *core.random);
}

Bytes seal_json(const Core& core, std::string_view table, std::int64_t row, const Json& json) {
    return seal_bytes(core, table, row, vault::view_of(to_text(json)));
}

Result<Bytes> open_bytes(const Core& core, std::string_view table, std::int64_t row, const Blob& sealed) {
    auto opened = vault::open(*core.ring, vault::view_of(context(table, row)), sealed, kMaxSealedBytes);
    if (!opened) return fail(opened.error().within(context(table, row)));
    return opened;
}

tl::unexpected<Error> malformed(std::string_view table, std::int64_t row) {
    return fail(ErrorCode::kIntegrity,
                "case-malformed: " + context(table, row) + " is not as it was written");
}

}  // namespace huizhen::cases
