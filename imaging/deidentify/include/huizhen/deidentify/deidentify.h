#pragma once

// De-identification of DICOM files by the Basic Application Level Confidentiality Profile (PS3.15 E.2), for
// what leaves for research. One function, pure: any thread may call.
//
// What each attribute gets is in profile_table.tsv. Where the standard leaves a choice (X/Z, X/Z/D), the
// value is emptied or replaced rather than removed, so that the object keeps its type's rules. Beyond the
// table: private elements, attributes that the dictionary does not know, overlays, the content of reports,
// and whatever follows the pixel data are removed; names and dates in attributes that the table forgets are
// emptied; texts that hold a name, identifier or date of the original, wherever they stand, are replaced; so
// is every UID that is not DICOM's own. The same key gives the same UIDs, pseudonyms and
// shifts of dates, so that the objects of a patient stay together; without the key they tell nothing.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/base/secret.h>

namespace huizhen::imaging {

using DeidentifyKey = Secret<32>;

// In pixels from the top left corner.
struct PixelBox {
    int x = 0, y = 0, width = 0, height = 0;
};

// Options of PS3.15 E.3. Each is declared in the object.
struct DeidentifyOptions {
    // 113107: dates move by a number of days that the key gives each patient; times stay. Else dates go.
    bool retain_modified_dates = false;
    // 113105: descriptions keep the words of descriptor_words.txt and small numbers. Else they go.
    bool clean_descriptors = false;
    // 113108: sex, age (above 89: "090Y"), size, weight ... stay.
    bool retain_patient_characteristics = false;
    bool retain_device_identity = false;  // 113109
    bool retain_safe_private = false;     // 113111: those of safe_private.tsv
    // 113101: somebody has looked at the images, and what identifies lies in `blank`, in every frame. Without
    // it, images that may have text burned in are refused.
    bool clean_pixel_data = false;
    std::vector<PixelBox> blank;
};

struct Deidentified {
    std::vector<std::byte> bytes;  // a DICOM file (PS3.10); encapsulated pixel data as it was
    std::string sop_class_uid, sop_instance_uid;
    std::size_t removed = 0, emptied = 0, replaced = 0, shifted = 0, cleaned = 0;  // attributes
};

// Errors: those of dicom/image.h; kUnsupported: a DICOMDIR; the pixels may show who it is, named why
// (secondary capture, ultrasound, annotation burned in, ...), or boxes cannot be blanked since the pixels are
// compressed; kInvalidArgument: boxes without clean_pixel_data or outside the image; kIntegrity: something
// identifying was found in the result, tags named, so there is none; kUnavailable: the DICOM dictionary is
// not installed.
Result<Deidentified> deidentify(std::span<const std::byte> file, const DeidentifyKey& key,
                                const DeidentifyOptions& options = {});

// What of the original's names, identifiers, dates and UIDs is still somewhere in the result: where,
// "(0008,103E) holds a name". Empty: nothing. deidentify() has asked this already.
Result<std::vector<std::string>> identifying_leftovers(std::span<const std::byte> original,
                                                       std::span<const std::byte> result,
                                                       const DeidentifyOptions& options = {});

}  // namespace huizhen::imaging
