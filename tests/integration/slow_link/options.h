#pragma once

#include <string>
#include <variant>

#include "line.h"

namespace huizhen::slow_link {

struct Options {
    LineSettings line;         // of each direction
    int subnet = 0;            // 10.201.N.1 and .2
    std::string server;        // a shell command; empty: the server is in the caller's own namespace
    std::string report;        // a file for what was carried and lost
    char** command = nullptr;  // what runs behind the line, ends with null
};

// Or what is wrong with the words.
std::variant<Options, std::string> parse(int count, char** words);

extern const char* const kUsage;

}  // namespace huizhen::slow_link
