#pragma once

// What a program that holds keys and patients' data leaves behind when it crashes: nothing.

namespace huizhen {

// No core file, neither one written by the kernel nor one piped to a crash reporter, and no reading of this
// process's memory by others of the same account; for life, children included. A developer who wants a core
// file or a debugger sets HUIZHEN_CORE_FILES=1, and the log says so.
void forbid_core_files();

}  // namespace huizhen
