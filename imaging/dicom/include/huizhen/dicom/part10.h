#pragma once

// DICOM files (PS3.10) from and to DCMTK's objects: for the folders that include DCMTK, and only for those.
// Any thread may call, one at a time per object.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

class DcmDataset;
class DcmFileFormat;

namespace huizhen::imaging {

// Where reading stops. What comes after the pixel data (signatures, padding) is never read: nothing bounds
// it.
enum class ParseUntil { kPixelData, kAfterPixelData };

// Our reader, which bounds depth, lengths and counts (limits.h), walks the bytes before DCMTK may. Elements
// that somebody wrote as UN get the representation of the dictionary. Errors: those of image.h,
// kMalformedInput where DCMTK reads the bytes otherwise, and kUnsupported where it does not know the transfer
// syntax of the pixels.
Status parse_part10(std::span<const std::byte> bytes, ParseUntil until, DcmFileFormat& into);

// With new file meta information. Encapsulated pixel data stays as it is; every other data set is written as
// explicit VR little endian. kInvalidArgument: the object misses its SOP class or instance UID.
Result<std::vector<std::byte>> part10_bytes(DcmFileFormat& file);

// The data set alone, as it goes over a network. The transfer syntax is an uncompressed one.
Result<std::vector<std::byte>> data_set_bytes(DcmDataset& data, const std::string& transfer_syntax);

// DCMTK would write its own messages, values among them, to standard error.
void silence_dcmtk();

}  // namespace huizhen::imaging
