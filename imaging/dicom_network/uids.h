#pragma once

// UIDs of PS3.6 that both sides speak of.

#include <string>
#include <vector>

namespace huizhen::imaging::uids {

inline constexpr const char* kApplicationContext = "1.2.840.10008.3.1.1.1";
inline constexpr const char* kVerification = "1.2.840.10008.1.1";
inline constexpr const char* kCommitmentPush = "1.2.840.10008.1.20.1";
inline constexpr const char* kCommitmentInstance = "1.2.840.10008.1.20.1.1";
inline constexpr const char* kImplicitLittleEndian = "1.2.840.10008.1.2";
inline constexpr const char* kExplicitLittleEndian = "1.2.840.10008.1.2.1";
inline constexpr const char* kDeflated = "1.2.840.10008.1.2.1.99";
inline constexpr const char* kExplicitBigEndian = "1.2.840.10008.1.2.2";

// For commands' identifiers.
inline std::vector<std::string> plain_syntaxes() { return {kExplicitLittleEndian, kImplicitLittleEndian}; }

}  // namespace huizhen::imaging::uids
