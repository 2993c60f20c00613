#include "planted.h"

#include <huizhen/base/check.h>
#include <huizhen/dicom/part10.h>
#include <huizhen/test_support/data.h>

#include "phantom.h"

namespace huizhen::imaging::planted {
namespace {

void must(const OFCondition& status) { HZ_CHECK(status.good(), status.text()); }

void put(DcmItem& item, const DcmTagKey& tag, const char* value) {
    must(item.putAndInsertString(tag, value));
}

DcmItem& item_in(DcmItem& owner, const DcmTagKey& sequence) {
    DcmItem* item = nullptr;
    must(owner.findOrCreateSequenceItem(sequence, item, -2));
    return *item;
}

void put_private(DcmItem& item, const DcmTag& tag, const char* value) {
    auto element = std::make_unique<DcmLongString>(tag);
    must(element->putString(value));
    must(item.insert(element.release(), OFTrue));
}

void plant(DcmDataset& data) {
    put(data, DCM_PatientName, "Wibblethorpe^Zaphrina");
    put(data, DCM_PatientID, "MRN-7781234");
    put(data, DCM_PatientBirthDate, "19511113");
    put(data, DCM_PatientAge, "093Y");
    put(data, DCM_RETIRED_OtherPatientIDs, "OTHER-5512");
    put(data, DCM_PatientComments, "daughter of Wibblethorpe, phone 0301234567");
    put(data, DCM_AccessionNumber, "ACC990011");
    put(data, DCM_ReferringPhysicianName, "Quackenbosh^Ida");
    put(data, DCM_InstitutionName, "Hospital of Nowhere");
    put(data, DCM_StationName, "CTNOWHERE1");
    put(data, DCM_DeviceSerialNumber, "SN4711A");
    put(data, DCM_StudyDescription, "CT chest for Wibblethorpe 1.25 mm");
    put(data, DCM_SeriesDescription, "MRN-7781234");
    put(data, DCM_AcquisitionDate, "20260103");
    put(data, DCM_AcquisitionDateTime, "20260103093015.5");
    DcmItem& request = item_in(data, DCM_RequestAttributesSequence);
    put(request, DCM_RequestedProcedureDescription, "Zaphrina's chest");
    put(request, DCM_ScheduledProcedureStepID, "STEP-88771");
    DcmItem& referenced = item_in(data, DCM_ReferencedImageSequence);
    put(referenced, DCM_ReferencedSOPClassUID, UID_CTImageStorage);
    put(referenced, DCM_ReferencedSOPInstanceUID, "1.2.276.999.1");
    DcmItem& source = item_in(data, DCM_SourceImageSequence);
    put(source, DCM_ReferencedSOPClassUID, UID_CTImageStorage);
    put(source, DCM_ReferencedSOPInstanceUID, "1.2.276.999.2");
    DcmItem& purpose = item_in(source, DCM_PurposeOfReferenceCodeSequence);
    put(purpose, DCM_CodeValue, "121322");
    put(purpose, DCM_CodingSchemeDesignator, "DCM");
    put(purpose, DCM_CodeMeaning, "Source image for image processing operation");
    // As a gateway writes what it does not know.
    const std::string reader = "Wibblethorpe^Hans ";
    auto unknown = std::make_unique<DcmOtherByteOtherWord>(DcmTag(DCM_NameOfPhysiciansReadingStudy, EVR_UN));
    must(unknown->putUint8Array(reinterpret_cast<const Uint8*>(reader.data()),
                                static_cast<unsigned long>(reader.size())));
    must(data.insert(unknown.release(), OFTrue));
    put(data, DcmTagKey(0x0013, 0x0010), "NOWHERE PRIVATE");
    put_private(data, DcmTag(0x0013, 0x1001, EVR_LO), "Wibblethorpe");
    put(data, DcmTagKey(0x01F1, 0x0010), "ELSCINT1");
    put_private(data, DcmTag(0x01F1, 0x1026, EVR_LO), "0.984");
    put_private(data, DcmTag(0x01F1, 0x1099, EVR_LO), "Wibblethorpe");
    must(data.putAndInsertUint16(DcmTagKey(0x6000, 0x0010), 4));
    must(data.putAndInsertUint16(DcmTagKey(0x6000, 0x0011), 4));
    put(data, DcmTagKey(0x6000, 0x0022), "Wibblethorpe");
}

}  // namespace

const std::vector<std::string>& secrets() {
    static const std::vector<std::string> all{
        "Wibblethorpe", "Zaphrina",    "7781234",     "19511113",  "OTHER-5512", "0301234567",
        "ACC990011",    "Quackenbosh", "Nowhere",     "CTNOWHERE", "SN4711A",    "STEP-88771",
        "20260101",     "20260103",    "1.2.276.999", "NOWHERE",   "SYNTHETIC^"};
    return all;
}

DeidentifyKey key(std::uint8_t seed) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed);
    return DeidentifyKey(bytes);
}

std::string text(DcmItem& item, const DcmTagKey& tag) {
    OFString value;
    return item.findAndGetOFStringArray(tag, value).good() ? std::string(value.c_str(), value.size()) : "";
}

std::unique_ptr<DcmFileFormat> read(const std::vector<std::byte>& bytes) {
    auto file = std::make_unique<DcmFileFormat>();
    const Status parsed = parse_part10(bytes, ParseUntil::kAfterPixelData, *file);
    HZ_CHECK(parsed.has_value(), parsed ? "" : parsed.error().to_string());
    return file;
}

std::vector<std::byte> image(int slice, const Change& change) {
    const testing::TemporaryFolder folder;
    phantom::write(folder.path(), phantom::volume());
    DcmFileFormat file;
    must(file.loadFile(phantom::files(folder.path())[static_cast<std::size_t>(slice)].c_str()));
    must(file.loadAllDataIntoMemory());
    plant(*file.getDataset());
    if (change) change(*file.getDataset());
    auto bytes = part10_bytes(file);
    HZ_CHECK(bytes.has_value(), "the planted image is a file");
    return *std::move(bytes);
}

}  // namespace huizhen::imaging::planted
