#pragma once

// How a hospital becomes a site: an invitation typed in, a key made here, a request, a person's approval, and
// a certificate. Whatever ends it half way, the next call goes on from there with the same key.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <huizhen/base/result.h>
#include <huizhen/identity/secret_text.h>

namespace huizhen::site {

// What a person is asked and shown.
struct EnrolDialogue {
    // Asked when no request is under way.
    std::function<Result<identity::SecretText>()> invitation;
    // Before anything is sent: whom is called, as which site, with which key (identity/key_code.h).
    std::function<void(const std::string& coordinator, const std::string& site, const std::string& key_code)>
        show;
    // While a person at the coordinator has to decide: waits a little; an error ends the waiting, and the
    // request stays.
    std::function<Status()> wait;
};

struct Enrolled {
    std::string site, coordinator;
};

// `proxy`: http://HOST:PORT, spoken to with HTTP CONNECT; absent: as https_proxy says.
// kInvalidArgument, "already-enrolled"; kPermissionDenied, "refused"; "other-root"; and what reading the
// invitation, the network and the coordinator say.
Result<Enrolled> enrol(const std::filesystem::path& state, const std::optional<std::string>& proxy,
                       const EnrolDialogue& dialogue);

}  // namespace huizhen::site
