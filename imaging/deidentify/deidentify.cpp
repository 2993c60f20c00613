#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/deidentify/deidentify.h>
#include <huizhen/dicom/part10.h>

#include "burned_in.h"
#include "cleaner.h"
#include "leftovers.h"

namespace huizhen::imaging {
namespace {

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
    OFString value;
    return item.findAndGetOFString(tag, value).good() ? std::string(value.c_str(), value.size())
                                                      : std::string();
}

Status clean_pixels(DcmDataset& data, const DeidentifyOptions& options) {
    if (!options.clean_pixel_data) {
        if (!options.blank.empty())
            return fail(ErrorCode::kInvalidArgument,
                        "boxes to blank are part of the Clean Pixel Data option");
        const std::string suspicion = burned_in_suspicion(data);
        if (!suspicion.empty()) {
            return fail(ErrorCode::kUnsupported, "the pixels may show who the patient is (" + suspicion +
                                                     "): look at them, and say what to blank");
        }
    }
    HZ_TRY(clear_unused_bits(data));
    return blank_boxes(data, options.blank);
}

}  // namespace

Result<Deidentified> deidentify(std::span<const std::byte> bytes, const DeidentifyKey& key,
                                const DeidentifyOptions& options) {
    if (!dcmDataDict.isDictionaryLoaded())
        return fail(ErrorCode::kUnavailable,
                    "DCMTK's DICOM dictionary is not installed: without it nothing is known to be harmless");
    DcmFileFormat file, original;
    HZ_TRY(parse_part10(bytes, ParseUntil::kAfterPixelData, file));
    HZ_TRY(parse_part10(bytes, ParseUntil::kPixelData, original));
    DcmDataset& data = *file.getDataset();
    if (data.tagExists(DCM_DirectoryRecordSequence))
        return fail(ErrorCode::kUnsupported, "a DICOMDIR lists files: de-identify these, and make a new one");
    HZ_TRY(clean_pixels(data, options));
    Deidentified result;
    Cleaner(key, options, subject_of(data), result).clean(data);
    result.replaced += scrub(data, *original.getDataset(), options);
    HZ_ASSIGN(result.bytes, part10_bytes(file));
    result.sop_class_uid = text_of(data, DCM_SOPClassUID);
    result.sop_instance_uid = text_of(data, DCM_SOPInstanceUID);
    HZ_ASSIGN(const auto leftovers, identifying_leftovers(bytes, result.bytes, options));
    if (leftovers.empty()) return result;
    std::string where;
    for (std::size_t i = 0; i < std::min<std::size_t>(leftovers.size(), 8); ++i)
        where += (i > 0 ? ", " : "") + leftovers[i];
    return fail(ErrorCode::kIntegrity, "something identifying would be left: " + where);
}

Result<std::vector<std::string>> identifying_leftovers(std::span<const std::byte> original,
                                                       std::span<const std::byte> result,
                                                       const DeidentifyOptions& options) {
    DcmFileFormat before, after;
    HZ_TRY(parse_part10(original, ParseUntil::kPixelData, before));
    HZ_TRY(parse_part10(result, ParseUntil::kPixelData, after));
    return leftovers_in(after, *before.getDataset(), options);
}

}  // namespace huizhen::imaging
