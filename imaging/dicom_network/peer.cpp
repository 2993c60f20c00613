#include <huizhen/dicom_network/peer.h>

#include "address.h"

namespace huizhen::imaging {

bool is_ae_title(std::string_view text) {
    if (text.empty() || text.size() > 16 || text.find_first_not_of(' ') == std::string_view::npos)
        return false;
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
}

Status check_peer(const Peer& peer, bool over_tls) {
    if (!is_ae_title(peer.ae_title)) {
        return fail(ErrorCode::kInvalidArgument,
                    "an AE title has 1 to 16 printable ASCII characters and no backslash");
    }
    for (const std::string& address : peer.addresses) {
        if (const auto range = AddressRange::parse(address); !range)
            return fail(range.error().within(peer.ae_title));
    }
    if (over_tls && peer.certificate_names.empty()) {
        return fail(ErrorCode::kInvalidArgument,
                    peer.ae_title + ": over TLS a peer needs a certificate's name");
    }
    if (!over_tls && peer.addresses.empty()) {
        return fail(ErrorCode::kInvalidArgument, peer.ae_title + ": without TLS a peer needs an address");
    }
    return {};
}

}  // namespace huizhen::imaging
