#include <cstdlib>
#include <string_view>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <huizhen/base/check.h>
#include <huizhen/base/logging.h>
#include <huizhen/terminal/core_files.h>

namespace huizhen {

void forbid_core_files() {
    const char* wanted = std::getenv("HUIZHEN_CORE_FILES");
    if (wanted != nullptr && std::string_view(wanted) == "1") {
        log::warning("core-files-allowed", {{"by", "HUIZHEN_CORE_FILES"}});
        return;
    }
    // The limit alone would not do: where core_pattern is a pipe it does not count.
    const rlimit none{0, 0};
    const bool forbidden = ::setrlimit(RLIMIT_CORE, &none) == 0 && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    HZ_CHECK(forbidden, "a process may give these up");
}

}  // namespace huizhen
