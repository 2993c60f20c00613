#pragma once

// A CT image of a made-up person who is named in every corner of it.

#include <functional>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/deidentify/deidentify.h>

namespace huizhen::imaging::planted {

using Change = std::function<void(DcmDataset&)>;

DeidentifyKey key(std::uint8_t seed = 1);

// `slice` of a small series, after `change`.
std::vector<std::byte> image(int slice = 0, const Change& change = {});

// The bytes as DCMTK reads them.
std::unique_ptr<DcmFileFormat> read(const std::vector<std::byte>& bytes);
std::string text(DcmItem& item, const DcmTagKey& tag);

// What must be nowhere in the result, as bytes.
const std::vector<std::string>& secrets();

}  // namespace huizhen::imaging::planted
