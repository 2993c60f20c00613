#include <huizhen/node/version.h>

namespace huizhen::node {

std::string_view software_version() { return HUIZHEN_VERSION; }

}  // namespace huizhen::node
