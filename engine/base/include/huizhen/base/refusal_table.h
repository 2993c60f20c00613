#pragma once

// Refusals with a stable name each, which the message of their error starts with: "forged: not the signature
// of site A".

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen {

template <typename Kind>
struct RefusalEntry {
    Kind kind;
    std::string_view name;
    ErrorCode code;
};

template <typename Kind>
class RefusalTable {
  public:
    // Holds every kind; outlives the table.
    constexpr explicit RefusalTable(std::span<const RefusalEntry<Kind>> entries) : entries_(entries) {}

    std::string_view name_of(Kind kind) const { return entry_of(kind).name; }
    tl::unexpected<Error> refuse(Kind kind, std::string_view detail) const {
        return fail(Error(entry_of(kind).code, std::string(detail)).within(entry_of(kind).name));
    }
    bool is(const Error& error, Kind kind) const {
        return error.message().starts_with(std::string(name_of(kind)) + ":");
    }

  private:
    const RefusalEntry<Kind>& entry_of(Kind kind) const {
        return *std::ranges::find(entries_, kind, &RefusalEntry<Kind>::kind);
    }

    std::span<const RefusalEntry<Kind>> entries_;
};

}  // namespace huizhen
