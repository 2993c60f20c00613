#pragma once

// Pixels that may show who the patient is (PS3.15 E.3.1).

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/deidentify/deidentify.h>

namespace huizhen::imaging {

// Why a person must look at the pixels first; empty where nothing says so.
std::string burned_in_suspicion(DcmDataset& data);

// Sets the boxes to zero in every frame and sample. Errors as deidentify().
Status blank_boxes(DcmDataset& data, const std::vector<PixelBox>& boxes);

// Overlays hide in unused bits of old images: sets those bits to zero. kUnsupported where the pixels are
// compressed and an overlay says that it lies in them.
Status clear_unused_bits(DcmDataset& data);

}  // namespace huizhen::imaging
