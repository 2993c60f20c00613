#include <huizhen/base/check.h>

namespace huizhen {

void check_failed(const char* file, int line, const char* condition, std::string_view message) {
    throw InvariantBroken(std::string(file) + ":" + std::to_string(line) + ": " + condition + ": " +
                          std::string(message));
}

}  // namespace huizhen
