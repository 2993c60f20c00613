#pragma once

// Questions to an archive (PS3.4 C) and its answers.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <huizhen/base/phi.h>

namespace huizhen::imaging {

enum class QueryRoot { kPatient, kStudy };
enum class QueryLevel { kPatient, kStudy, kSeries, kImage };

struct QueryKey {
    std::uint32_t tag = 0;   // group << 16 | element
    Phi<std::string> value;  // UTF-8; empty asks for it to be returned
};

struct Query {
    QueryRoot root = QueryRoot::kStudy;
    QueryLevel level = QueryLevel::kStudy;
    std::vector<QueryKey> keys;
};

// The text values of one answer by tag, as UTF-8; sequences are left out.
using QueryMatch = std::map<std::uint32_t, Phi<std::string>>;

// How a C-MOVE or C-GET ended. Numbers the peer did not give are 0.
struct RetrieveOutcome {
    std::uint16_t status =
        0;  // PS3.4 C.4.2.1.5: 0 success, B000 some failed, FE00 cancelled, A7xx, A8xx, A9xx, Cxxx
    unsigned completed = 0, failed = 0, warnings = 0, remaining = 0;

    bool complete() const { return status == 0 && failed == 0; }
};

}  // namespace huizhen::imaging
