#pragma once

// The second look: what of the original is still in the result, whatever the cleaner thought.

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/deidentify/deidentify.h>

namespace huizhen::imaging {

// Replaces the texts that hold an identifier though the table keeps them: institutions call scanners by
// names, and people write anywhere. How many.
std::size_t scrub(DcmDataset& cleaned, DcmDataset& original, const DeidentifyOptions& options);

std::vector<std::string> leftovers_in(DcmFileFormat& result, DcmDataset& original,
                                      const DeidentifyOptions& options);

}  // namespace huizhen::imaging
