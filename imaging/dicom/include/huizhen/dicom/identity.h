#pragma once

// Which object a DICOM file holds: for those who pass files on and read no more of them.

#include <cstddef>
#include <span>
#include <string>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

// Empty where the data set is silent. What the file meta information repeats is not looked at.
struct ObjectIdentity {
    std::string sop_class_uid, sop_instance_uid;
    std::string study_uid, series_uid;
    std::string transfer_syntax_uid;
    std::size_t data_set_begin = 0;  // where the file meta information ends
};

// `file`: all of its bytes; the pixels are not looked at. Errors: kMalformedInput, kUnsupported (a transfer
// syntax that is not in the table), kLimitExceeded, kOutOfMemory.
Result<ObjectIdentity> read_identity(std::span<const std::byte> file);

}  // namespace huizhen::imaging
