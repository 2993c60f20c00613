#include <huizhen/rpc/peer.h>

namespace huizhen::rpc {

std::string_view role_name(Role role) {
    switch (role) {
        case Role::kSite: return "site";
        case Role::kCoordinator: return "coordinator";
        case Role::kOperator: return "operator";
    }
    return "unknown";
}

}  // namespace huizhen::rpc
