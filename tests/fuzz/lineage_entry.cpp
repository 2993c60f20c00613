#include "lineage_entry.h"

#include <algorithm>

#include <huizhen/acceptance/lineage.h>
#include <huizhen/base/check.h>

namespace huizhen::fuzz {

namespace {

using namespace acceptance;

class Credulous final : public secagg::Directory {
  public:
    Status verify(const secagg::SiteId&, secagg::BytesView, secagg::BytesView) const override { return {}; }
};

// So that only what is signed is written again.
class Silent final : public secagg::Signer {
  public:
    secagg::Bytes sign(secagg::BytesView) const override { return {}; }
};

}  // namespace

bool read_lineage(std::span<const std::uint8_t> bytes) {
    const auto record = read_record(bytes, Credulous());
    if (!record) {
        HZ_CHECK(record.error().code() == ErrorCode::kMalformedInput ||
                     record.error().code() == ErrorCode::kUnsupported,
                 "a refusal that says why");
        return false;
    }
    const secagg::Bytes again = sign_record(*record, Silent()).value();
    const std::size_t signed_bytes = again.size() - 4;
    HZ_CHECK(bytes.size() >= again.size() &&
                 std::equal(again.begin(), again.begin() + signed_bytes, bytes.begin()),
             "one way to write a record");
    Lineage lineage;
    const Status taken = lineage.append(bytes, Credulous());
    HZ_CHECK(taken.has_value() == (lineage.records().size() == 1), "taken whole or not at all");
    return true;
}

}  // namespace huizhen::fuzz
