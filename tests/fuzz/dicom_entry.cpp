#include "dicom_entry.h"

#include <huizhen/base/check.h>
#include <huizhen/dicom/image.h>

namespace huizhen::fuzz {

void read_dicom(std::span<const std::byte> bytes) {
    const auto image = imaging::read_image(bytes);
    if (image) {
        HZ_CHECK(image->stored.size() == image->size.count(), "as many values as voxels");
        HZ_CHECK(image->rescale.size() == static_cast<std::size_t>(image->size.z),
                 "a rescale for every frame");
    } else {
        HZ_CHECK(!image.error().message().empty(), "a reason");
        HZ_CHECK(image.error().code() != ErrorCode::kInternal, "bad input is no bug of ours");
    }
    const auto info = imaging::read_series_info(bytes);
    HZ_CHECK(!image || info, "a file whose image is read has a header that is read");
}

}  // namespace huizhen::fuzz
