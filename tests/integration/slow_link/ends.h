#pragma once

// The two ends of the line: a child process in a network namespace of its own, with a TUN device whose other
// side is here.

#include <optional>
#include <string>

#include <sys/types.h>

namespace huizhen::slow_link {

struct End {
    int tun = -1;
    pid_t child = -1;  // none for the caller's own namespace
    int go = -1;       // a byte here starts the child's command
};

// Where the caller is no root: root over namespaces of its own, if the system allows that. False, with errno.
bool become_root_of_own_namespaces();

// `command` ends with null; it waits for start(). Nothing, with errno, where the system says no.
std::optional<End> end_in_new_namespace(const std::string& device, const std::string& address,
                                        char* const* command);
std::optional<End> end_in_this_namespace(const std::string& device, const std::string& address);

void start(const End& end);

}  // namespace huizhen::slow_link
