#include "modules.h"

#include <huizhen/dicom/part10.h>

namespace huizhen::imaging {
namespace {

std::string series_uid(const ResultContext& context, const ObjectIdentity& identity) {
    return context.uid((identity.series.empty() ? identity.name : identity.series) + "/series");
}

void put_patient_and_study(ItemWriter data, const ResultContext& context) {
    // Type 2: present, if empty (PS3.3 C.7.1.1, C.7.2.1).
    for (const DcmTagKey& tag :
         {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate, DCM_StudyTime,
          DCM_ReferringPhysicianName, DCM_StudyID, DCM_AccessionNumber}) {
        data.text(tag, "");
    }
    for (const auto& [tag, value] :
         context.source.patient_and_study.reveal_phi("copied into objects of the same study"))
        data.text(DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag)), value);
}

void put_series(ItemWriter data, const ResultContext& context, const ObjectIdentity& identity) {
    data.text(DCM_Modality, identity.modality);
    data.text(DCM_SeriesInstanceUID, series_uid(context, identity));
    data.text(DCM_SeriesNumber, std::to_string(identity.series_number));
    data.text(DCM_SeriesDescription, identity.series_description);
    data.text(DCM_SeriesDate, context.study.date);
    data.text(DCM_SeriesTime, context.study.time);
}

void put_equipment(ItemWriter data, const ResultContext& context) {
    const ResultEquipment& equipment = context.study.equipment;
    data.text(DCM_Manufacturer, equipment.manufacturer);
    data.text(DCM_ManufacturerModelName, equipment.model);
    data.text(DCM_DeviceSerialNumber, equipment.serial_number);
    data.text(DCM_SoftwareVersions, equipment.software_version);
}

}  // namespace

ObjectBuilder::ObjectBuilder(const ResultContext& context, ObjectIdentity identity)
    : context_(context), identity_(std::move(identity)) {
    put_patient_and_study(data(), context);
    put_series(data(), context, identity_);
    put_equipment(data(), context);
    data().text(DCM_SOPClassUID, identity_.sop_class_uid);
    data().text(DCM_SOPInstanceUID, context.uid(identity_.name));
    data().text(DCM_InstanceNumber, std::to_string(identity_.instance_number));
    data().text(DCM_InstanceCreationDate, context.study.date);
    data().text(DCM_InstanceCreationTime, context.study.time);
}

Result<ResultObject> ObjectBuilder::finish() {
    if (status_.bad())
        return fail(ErrorCode::kInternal, "a value does not fit DICOM: " + std::string(status_.text()));
    ResultObject object{identity_.kind,
                        identity_.sop_class_uid,
                        context_.uid(identity_.name),
                        series_uid(context_, identity_),
                        {}};
    HZ_ASSIGN(object.bytes, part10_bytes(file_));
    return object;
}

void put_content_time(ItemWriter data, const ResultContext& context) {
    data.text(DCM_ContentDate, context.study.date);
    data.text(DCM_ContentTime, context.study.time);
}

void put_content_identification(ItemWriter data, const ResultContext& context, const char* label,
                                const char* description) {
    data.text(DCM_ContentLabel, label);
    data.text(DCM_ContentDescription, description);
    data.text(DCM_ContentCreatorName,
              context.study.equipment.manufacturer + "^" + context.study.equipment.model);
}

void put_frame_of_reference(ItemWriter data, const ResultContext& context) {
    data.text(DCM_FrameOfReferenceUID, context.source.frame_of_reference_uid);
    data.text(DCM_PositionReferenceIndicator, "");
}

void put_reference(ItemWriter item, const Reference& reference) {
    item.text(DCM_ReferencedSOPClassUID, reference.sop_class_uid);
    item.text(DCM_ReferencedSOPInstanceUID, reference.sop_instance_uid);
    if (reference.frame > 0) item.text(DCM_ReferencedFrameNumber, std::to_string(reference.frame));
}

void put_evidence(ItemWriter data, const ResultContext& context, const std::vector<Reference>& references) {
    if (references.empty()) return;
    ItemWriter study = data.item(DCM_CurrentRequestedProcedureEvidenceSequence);
    study.text(DCM_StudyInstanceUID, context.source.study_uid);
    std::map<std::string, std::vector<Reference>> by_series;
    for (const Reference& reference : references)
        by_series[context.series_of(reference)].push_back(reference);
    for (const auto& [uid, objects] : by_series) {
        ItemWriter series = study.item(DCM_ReferencedSeriesSequence);
        series.text(DCM_SeriesInstanceUID, uid);
        for (const Reference& object : objects) put_reference(series.item(DCM_ReferencedSOPSequence), object);
    }
}

}  // namespace huizhen::imaging
