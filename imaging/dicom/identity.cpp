#include <new>

#include <huizhen/dicom/identity.h>

#include "dicom_file.h"

namespace huizhen::imaging {
namespace {

constexpr Tag kSopClassUid = make_tag(0x0008, 0x0016);
constexpr Tag kSopInstanceUid = make_tag(0x0008, 0x0018);
constexpr Tag kStudyUid = make_tag(0x0020, 0x000D);
constexpr Tag kSeriesUid = make_tag(0x0020, 0x000E);

}  // namespace

Result<ObjectIdentity> read_identity(std::span<const std::byte> file) try {
    const auto parsed = parse_dicom_file(file, file.size());
    if (!parsed) return fail(parsed.error().error);
    const auto text = [&](Tag tag) { return std::string(parsed->data.text(tag)); };
    return ObjectIdentity{text(kSopClassUid),
                          text(kSopInstanceUid),
                          text(kStudyUid),
                          text(kSeriesUid),
                          std::string(parsed->syntax->uid),
                          parsed->data_set_begin};
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::kOutOfMemory, "not enough memory to read the object's header");
}

}  // namespace huizhen::imaging
