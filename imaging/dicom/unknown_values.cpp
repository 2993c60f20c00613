#include "unknown_values.h"

#include <cstring>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace huizhen::imaging {
namespace {

template <typename Number>
std::vector<Number> numbers_in(const std::vector<Uint8>& bytes) {
    std::vector<Number> numbers(bytes.size() / sizeof(Number));
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(Number));
    return numbers;
}

OFCondition fill(DcmElement& element, const std::vector<Uint8>& bytes) {
    const auto put = [&](auto numbers, auto method) {
        return (element.*method)(numbers.data(), static_cast<unsigned long>(numbers.size()));
    };
    switch (element.ident()) {
        case EVR_US: return put(numbers_in<Uint16>(bytes), &DcmElement::putUint16Array);
        case EVR_SS: return put(numbers_in<Sint16>(bytes), &DcmElement::putSint16Array);
        case EVR_UL: return put(numbers_in<Uint32>(bytes), &DcmElement::putUint32Array);
        case EVR_SL: return put(numbers_in<Sint32>(bytes), &DcmElement::putSint32Array);
        case EVR_FL: return put(numbers_in<Float32>(bytes), &DcmElement::putFloat32Array);
        case EVR_FD: return put(numbers_in<Float64>(bytes), &DcmElement::putFloat64Array);
        default: break;
    }
    if (!DcmVR(element.ident()).isaString()) return EC_IllegalCall;
    std::string text(bytes.begin(), bytes.end());
    while (!text.empty() && text.back() == '\0') text.pop_back();
    return element.putString(text.c_str());
}

// Of values that may be signed or not. Its own element lies before those and was named already.
DcmEVR sample_representation(DcmItem& root) {
    Uint16 is_signed = 0;
    root.findAndGetUint16(DCM_PixelRepresentation, is_signed);
    return is_signed != 0 ? EVR_SS : EVR_US;
}

std::unique_ptr<DcmElement> new_element(const DcmTag& tag) {
    // DCMTK's own maker asks the dictionary again, and takes what may be either for unsigned.
    if (tag.getEVR() == EVR_SS) return std::make_unique<DcmSignedShort>(tag);
    DcmElement* made = nullptr;
    return std::unique_ptr<DcmElement>(DcmItem::newDicomElement(made, tag).good() ? made : nullptr);
}

void name_in(DcmItem& item, DcmItem& root) {
    for (unsigned long i = 0; i < item.card(); ++i) {
        DcmElement& element = *item.getElement(i);
        if (element.ident() == EVR_SQ) {
            auto& sequence = static_cast<DcmSequenceOfItems&>(element);
            for (unsigned long k = 0; k < sequence.card(); ++k) name_in(*sequence.getItem(k), root);
        }
        if (element.ident() != EVR_UN || element.getTag().getGroup() % 2 == 1) continue;
        DcmTag tag = element.getTag();
        tag.lookupVRinDictionary();
        if (tag.getEVR() == EVR_xs) tag.setVR(sample_representation(root));
        Uint8* bytes = nullptr;
        if (tag.getEVR() == EVR_UN || tag.getEVR() == EVR_SQ) continue;
        if (element.getLength() > 0 && element.getUint8Array(bytes).bad()) continue;
        const std::vector<Uint8> value(bytes, bytes == nullptr ? bytes : bytes + element.getLength());
        std::unique_ptr<DcmElement> made = new_element(tag);
        if (made == nullptr) continue;
        if (!value.empty() && fill(*made, value).bad()) continue;
        if (item.insert(made.get(), OFTrue).good()) made.release();  // the item's now
    }
}

}  // namespace

void name_unknown_values(DcmDataset& data) {
    if (DcmXfer(data.getOriginalXfer()).isLittleEndian()) name_in(data, data);
}

}  // namespace huizhen::imaging
