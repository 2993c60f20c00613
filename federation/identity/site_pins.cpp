#include <algorithm>

#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/identity/site_pins.h>

namespace huizhen::identity {

Status SitePins::follow(std::string_view name, BytesView request_der, BytesView proof) {
    const auto found = keys_.find(name);
    if (found == keys_.end() || found->second.empty()) {
        return refusal::kSiteUnlisted.because("no key of " + std::string(name) + " is pinned");
    }
    std::optional<Error> last;
    // The newest is the likeliest, and only it needs to be right.
    for (auto key = found->second.rbegin(); key != found->second.rend(); ++key) {
        PeerIdentity current;
        current.name = std::string(name);
        current.public_key = *key;
        const auto renewed = check_renewal(request_der, proof, current);
        if (renewed) {
            found->second = {*key, renewed->public_key};
            return {};
        }
        last = renewed.error();
    }
    return fail(std::move(*last));
}

Status SitePins::check(const PeerIdentity& site) const {
    const auto found = keys_.find(site.name);
    if (found == keys_.end()) {
        if (others_ == Others::kAccept) return {};
        return refusal::kSiteUnlisted.because(site.name + " is not among the sites known here");
    }
    const auto& keys = found->second;
    if (keys.empty() || std::find(keys.begin(), keys.end(), site.public_key) != keys.end()) return {};
    return refusal::kSiteKeyChanged.because("the key of " + site.name +
                                            " is not the one pinned here: compare it with that hospital");
}

}  // namespace huizhen::identity
