#include "item_writer.h"

#include <huizhen/dicom/values.h>

namespace huizhen::imaging {

void ItemWriter::text(const DcmTagKey& tag, const std::string& value) {
    if (!failed()) note(item_->putAndInsertString(tag, value.c_str()));
}

void ItemWriter::number(const DcmTagKey& tag, unsigned value) {
    if (failed()) return;
    note(DcmTag(tag).getEVR() == EVR_UL ? item_->putAndInsertUint32(tag, value)
                                        : item_->putAndInsertUint16(tag, static_cast<Uint16>(value)));
}

void ItemWriter::decimals(const DcmTagKey& tag, std::initializer_list<double> values) {
    text(tag, decimal_strings(values));
}

void ItemWriter::reals(const DcmTagKey& tag, const std::vector<float>& values) {
    if (!failed())
        note(item_->putAndInsertFloat32Array(tag, values.data(), static_cast<unsigned long>(values.size())));
}

void ItemWriter::real64(const DcmTagKey& tag, double value) {
    if (!failed()) note(item_->putAndInsertFloat64(tag, value));
}

template <typename ElementType>
void ItemWriter::insert(std::unique_ptr<ElementType> element, const OFCondition& filled) {
    note(filled);
    if (failed()) return;
    note(item_->insert(element.get(), OFTrue));
    if (!failed()) element.release();  // the item's now
}

void ItemWriter::numbers(const DcmTagKey& tag, const std::vector<Uint16>& values) {
    auto element = std::make_unique<DcmUnsignedShort>(DcmTag(tag));
    const OFCondition filled =
        element->putUint16Array(values.data(), static_cast<unsigned long>(values.size()));
    insert(std::move(element), filled);
}

void ItemWriter::longs(const DcmTagKey& tag, const std::vector<Uint32>& values) {
    auto element = std::make_unique<DcmUnsignedLong>(DcmTag(tag));
    const OFCondition filled =
        element->putUint32Array(values.data(), static_cast<unsigned long>(values.size()));
    insert(std::move(element), filled);
}

void ItemWriter::longs_signed(const DcmTagKey& tag, const std::vector<Sint32>& values) {
    auto element = std::make_unique<DcmSignedLong>(DcmTag(tag));
    const OFCondition filled =
        element->putSint32Array(values.data(), static_cast<unsigned long>(values.size()));
    insert(std::move(element), filled);
}

void ItemWriter::bytes(const DcmTagKey& tag, const std::vector<std::uint8_t>& values) {
    if (!failed())
        note(item_->putAndInsertUint8Array(tag, values.data(), static_cast<unsigned long>(values.size())));
}

void ItemWriter::tag_value(const DcmTagKey& tag, const DcmTagKey& value) {
    auto element = std::make_unique<DcmAttributeTag>(DcmTag(tag));
    const OFCondition filled = element->putTagVal(value);
    insert(std::move(element), filled);
}

void ItemWriter::empty_sequence(const DcmTagKey& sequence) {
    if (!failed()) note(item_->insertEmptyElement(sequence));
}

ItemWriter ItemWriter::item(const DcmTagKey& sequence) {
    DcmItem* made = item_;
    if (!failed()) note(item_->findOrCreateSequenceItem(sequence, made, -2));  // -2 appends
    return {failed() ? *item_ : *made, *failure_};
}

ItemWriter ItemWriter::code(const DcmTagKey& sequence, const Code& code) {
    ItemWriter coded = item(sequence);
    coded.text(DCM_CodeValue, code.value);
    coded.text(DCM_CodingSchemeDesignator, code.scheme);
    coded.text(DCM_CodeMeaning, code.meaning);
    return coded;
}

}  // namespace huizhen::imaging
