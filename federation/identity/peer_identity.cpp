#include <algorithm>

#include <huizhen/base/check.h>
#include <huizhen/identity/peer_identity.h>
#include <huizhen/identity/refusal.h>

namespace huizhen::identity {

std::string_view role_name(Role role) {
    switch (role) {
        case Role::kSite: return "site";
        case Role::kCoordinator: return "coordinator";
        case Role::kOperator: return "operator";
    }
    check_failed(__FILE__, __LINE__, "role", "a role that exists");
}

Status check_name(std::string_view name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (!name.empty() && name.size() <= 63 && plain(name.front()) &&
        std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-' || c == '.'; })) {
        return {};
    }
    return refusal::kNameMalformed.because(
        "a name is 1 to 63 lower-case letters, digits, '-' and '.', a letter or digit first");
}

std::string uri_of(Role role, std::string_view name) {
    return "huizhen:" + std::string(role_name(role)) + ":" + std::string(name);
}

}  // namespace huizhen::identity
