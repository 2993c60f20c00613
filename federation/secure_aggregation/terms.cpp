#include <huizhen/secure_aggregation/terms.h>

#include "wire.h"

namespace huizhen::secagg {

Sha256Digest digest_of(const Terms& terms) {
    Writer text;
    text.raw(std::string_view("huizhen secagg terms 1"));
    text.raw(terms.model);
    text.block(terms.plan);
    text.u64(terms.round);
    text.u64(terms.words);
    for (const std::uint32_t value : {terms.min_sites, terms.corrupt_percent, terms.dropout_percent,
                                      terms.security_bits, terms.failure_bits}) {
        text.u32(value);
    }
    return sha256(std::as_bytes(text.view()));
}

Assumptions assumptions_for(const Terms& terms, std::uint32_t sites) {
    const auto share = [&](std::uint32_t percent) {
        return static_cast<std::uint32_t>(std::uint64_t{sites} * percent / 100);
    };
    const std::uint32_t corrupt = share(terms.corrupt_percent), quorum = quorum_of(sites, corrupt);
    const std::uint32_t spare = sites > quorum ? sites - quorum : 0;
    return {corrupt, std::min(share(terms.dropout_percent), spare), terms.security_bits, terms.failure_bits};
}

Status check_terms(const Terms& terms) {
    if (terms.plan.size() > kMaxPlanBytes || terms.words == 0 || terms.words > kMaxWords ||
        terms.min_sites < 2 || terms.min_sites > kMaxSites || terms.corrupt_percent >= 100 ||
        terms.dropout_percent >= 100 || terms.security_bits > 128 || terms.failure_bits > 128) {
        return fail(ErrorCode::kInvalidArgument, "the terms of the round pass a limit of terms.h");
    }
    return {};
}

}  // namespace huizhen::secagg
