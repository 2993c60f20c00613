#include <mutex>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/oflog/oflog.h>

#include <huizhen/dicom/image.h>
#include <huizhen/dicom/part10.h>

namespace huizhen::imaging {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;

E_TransferSyntax syntax_to_write(DcmDataset& data) {
    const E_TransferSyntax current = data.getOriginalXfer();
    return DcmXfer(current).isEncapsulated() ? current : EXS_LittleEndianExplicit;
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
    if (status.good()) return {};
    return fail(ErrorCode::kMalformedInput,
                "the data set cannot be read whole: " + std::string(status.text()));
}

// Into memory: DCMTK's file stream does not say when closing it failed.
Result<std::vector<std::byte>> part10_bytes(DcmFileFormat& file) {
    silence_dcmtk();
    const E_TransferSyntax syntax = syntax_to_write(*file.getDataset());
    OFCondition status = file.getDataset()->chooseRepresentation(syntax, nullptr);
    if (status.good()) status = file.validateMetaInfo(syntax, EWM_createNewMeta);
    if (status.bad()) {
        return fail(ErrorCode::kInvalidArgument,
                    "the object cannot be a DICOM file: " + std::string(status.text()));
    }
    std::vector<std::byte> bytes, chunk(kChunkBytes);
    DcmOutputBufferStream stream(chunk.data(), static_cast<offile_off_t>(chunk.size()));
    file.transferInit();
    do {
        status = file.write(stream, syntax, EET_ExplicitLength, nullptr, EGL_withoutGL);
        void* written = nullptr;
        offile_off_t length = 0;
        stream.flushBuffer(written, length);
        const auto* from = static_cast<const std::byte*>(written);
        bytes.insert(bytes.end(), from, from + length);
    } while (status == EC_StreamNotifyClient);
    file.transferEnd();
    if (status.bad())
        return fail(ErrorCode::kInternal, "a DICOM object cannot be encoded: " + std::string(status.text()));
    return bytes;
}

}  // namespace huizhen::imaging
