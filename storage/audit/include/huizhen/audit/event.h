#pragma once

// What an entry of the audit says: who did what, from where, why, and about whom, by a reference that is no
// identity.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace huizhen::audit {

// Drawn at random for each patient. Which patient it is stands in one row beside the chain, and goes with
// erasure.
using Reference = std::array<std::uint8_t, 32>;

inline constexpr std::size_t kMaxFieldBytes = 256, kMaxWhyBytes = 4096;
inline constexpr const char* kErased = "erase-patient";  // the `what` of an erasure

// UTF-8. No patient's name or number in who, what and from: these stay for ever. `why` may be a person's free
// text; it is erased with the patient.
struct Event {
    std::string who;   // account or peer: "user:li.wei", "ae:PACS1"
    std::string what;  // "open-case", "sign-off"
    std::string from;  // address
    std::string why;
    std::optional<Reference> about;
};

}  // namespace huizhen::audit
