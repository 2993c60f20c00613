#pragma once

// Data sets by DCMTK, for the wire: without preamble and file meta information.

#include <span>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

class DcmDataset;

namespace huizhen::imaging {

Result<std::vector<std::byte>> encode_data_set(DcmDataset& data, const std::string& transfer_syntax);

// That of a file with uncompressed pixels, in another uncompressed transfer syntax.
Result<std::vector<std::byte>> rewrite_data_set(std::span<const std::byte> file,
                                                const std::string& transfer_syntax);

}  // namespace huizhen::imaging
