#pragma once

// A site's measurements as the bytes of a round's evaluation.

#include <huizhen/acceptance/site_row.h>
#include <huizhen/secure_aggregation/bytes.h>

namespace huizhen::exchange {

// Without the site's name: whose row it is, the channel says.
secagg::Bytes encode_row(const acceptance::SiteRow& row);

// kMalformedInput, naming the site: not a row, or one that cannot be (acceptance::check).
Result<acceptance::SiteRow> decode_row(std::string site, secagg::BytesView bytes);

}  // namespace huizhen::exchange
