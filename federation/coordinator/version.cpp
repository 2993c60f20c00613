#include "version.h"

namespace huizhen::coordinator {

std::string software_version() { return HUIZHEN_VERSION; }

}  // namespace huizhen::coordinator
