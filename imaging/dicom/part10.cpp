#include <mutex>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/oflog/oflog.h>

#include <huizhen/dicom/image.h>
#include <huizhen/dicom/part10.h>

#include "unknown_values.h"

namespace huizhen::imaging {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;

E_TransferSyntax syntax_to_write(DcmDataset& data) {
    const E_TransferSyntax current = data.getOriginalXfer();
    return DcmXfer(current).isEncapsulated() ? current : EXS_LittleEndianExplicit;
}

// DCMTK takes a syntax that it does not know for explicit little endian, and compressed pixels for native.
Status check_syntax(DcmFileFormat& file) {
    OFString uid;
    if (file.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, uid).bad()) return {};
    if (DcmXfer(uid.c_str()).getXfer() != EXS_Unknown) return {};
    return fail(ErrorCode::kUnsupported, "pixels in this transfer syntax cannot be passed on");
}

// Into memory: DCMTK's file stream does not say when closing it failed.
template <typename Object>
Result<std::vector<std::byte>> encoded(Object& object, E_TransferSyntax syntax) {
    std::vector<std::byte> bytes, chunk(kChunkBytes);
    DcmOutputBufferStream stream(chunk.data(), static_cast<offile_off_t>(chunk.size()));
    OFCondition status;
    object.transferInit();
    do {
        status = object.write(stream, syntax, EET_ExplicitLength, nullptr, EGL_withoutGL);
        void* written = nullptr;
        offile_off_t length = 0;
        stream.flushBuffer(written, length);
        const auto* from = static_cast<const std::byte*>(written);
        bytes.insert(bytes.end(), from, from + length);
    } while (status == EC_StreamNotifyClient);
    object.transferEnd();
    if (status.bad())
        return fail(ErrorCode::kInternal, "a DICOM object cannot be encoded: " + std::string(status.text()));
    return bytes;
}

}  // namespace

void silence_dcmtk() {
    static std::once_flag once;
    std::call_once(once, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
}

Status parse_part10(std::span<const std::byte> bytes, ParseUntil until, DcmFileFormat& into) {
    silence_dcmtk();
    HZ_TRY(read_series_info(bytes));
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    const DcmTagKey stop = until == ParseUntil::kPixelData ? DCM_PixelData : DcmTagKey(0x7FE0, 0x0011);
    into.transferInit();
    const OFCondition status = into.readUntilTag(stream, EXS_Unknown, EGL_withoutGL, DCM_MaxReadLength, stop);
    into.transferEnd();
    if (status.good()) {
        name_unknown_values(*into.getDataset());
        return until == ParseUntil::kPixelData ? Status{} : check_syntax(into);
    }
    return fail(ErrorCode::kMalformedInput,
                "the data set cannot be read whole: " + std::string(status.text()));
}

Result<std::vector<std::byte>> part10_bytes(DcmFileFormat& file) {
    silence_dcmtk();
    const E_TransferSyntax syntax = syntax_to_write(*file.getDataset());
    OFCondition status = file.getDataset()->chooseRepresentation(syntax, nullptr);
    if (status.good()) status = file.validateMetaInfo(syntax, EWM_createNewMeta);
    if (status.bad()) {
        return fail(ErrorCode::kInvalidArgument,
                    "the object cannot be a DICOM file: " + std::string(status.text()));
    }
    return encoded(file, syntax);
}

Result<std::vector<std::byte>> data_set_bytes(DcmDataset& data, const std::string& transfer_syntax) {
    silence_dcmtk();
    return encoded(data, DcmXfer(transfer_syntax.c_str()).getXfer());
}

}  // namespace huizhen::imaging
