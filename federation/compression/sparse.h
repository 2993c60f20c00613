#pragma once

// What the settings mean, for this folder's own files.

#include <huizhen/compression/codec_settings.h>

namespace huizhen::compression {

inline constexpr std::uint64_t kMaxSparseValues = (std::uint64_t{1} << 32) - 1;

bool is_sparse(const CodecSettings& settings);
bool is_quantised(const CodecSettings& settings);

// How many of `values` are sent.
std::uint64_t kept_of(const CodecSettings& settings, std::uint64_t values);

}  // namespace huizhen::compression
