#include "encode.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/dicom/part10.h>

namespace huizhen::imaging {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;

}  // namespace

Result<std::vector<std::byte>> encode_data_set(DcmDataset& data, const std::string& transfer_syntax) {
    const E_TransferSyntax syntax = DcmXfer(transfer_syntax.c_str()).getXfer();
    std::vector<std::byte> bytes, chunk(kChunkBytes);
    DcmOutputBufferStream stream(chunk.data(), static_cast<offile_off_t>(chunk.size()));
    OFCondition status;
    data.transferInit();
    do {
        status = data.write(stream, syntax, EET_ExplicitLength, nullptr, EGL_withoutGL);
        void* written = nullptr;
        offile_off_t length = 0;
        stream.flushBuffer(written, length);
        const auto* from = static_cast<const std::byte*>(written);
        bytes.insert(bytes.end(), from, from + length);
    } while (status == EC_StreamNotifyClient);
    data.transferEnd();
    if (status.bad())
        return fail(ErrorCode::kInternal, "a data set cannot be encoded: " + std::string(status.text()));
    return bytes;
}

Result<std::vector<std::byte>> rewrite_data_set(std::span<const std::byte> file,
                                                const std::string& transfer_syntax) {
    DcmFileFormat format;
    HZ_TRY(parse_part10(file, ParseUntil::kAfterPixelData, format));
    return encode_data_set(*format.getDataset(), transfer_syntax);
}

}  // namespace huizhen::imaging
