#include "content.h"

#include <huizhen/base/check.h>
#include <huizhen/dicom/values.h>

namespace huizhen::imaging {
namespace {

Content named(Content::Type type, Relation relation, Code name) {
    Content item;
    item.type = type;
    item.relation = relation;
    item.concept_name = std::move(name);
    return item;
}

const char* relation_name(Relation relation) {
    switch (relation) {
        case Relation::kContains: return "CONTAINS";
        case Relation::kObservationContext: return "HAS OBS CONTEXT";
        case Relation::kAcquisitionContext: return "HAS ACQ CONTEXT";
        case Relation::kConceptModifier: return "HAS CONCEPT MOD";
        case Relation::kProperties: return "HAS PROPERTIES";
        case Relation::kInferredFrom: return "INFERRED FROM";
        case Relation::kRoot: break;
    }
    HZ_CHECK(false, "the root of a report has no relation");
}

const char* type_name(Content::Type type) {
    switch (type) {
        case Content::Type::kContainer: return "CONTAINER";
        case Content::Type::kCode: return "CODE";
        case Content::Type::kText: return "TEXT";
        case Content::Type::kUid: return "UIDREF";
        case Content::Type::kNumber: return "NUM";
        case Content::Type::kImage: return "IMAGE";
        case Content::Type::kPoints: return "SCOORD3D";
    }
    HZ_CHECK(false, "a content item has a type");
}

void write_value(ItemWriter& item, const Content& content) {
    switch (content.type) {
        case Content::Type::kContainer:
            item.text(DCM_ContinuityOfContent, "SEPARATE");
            if (!content.text.empty()) {
                ItemWriter used = item.item(DCM_ContentTemplateSequence);
                used.text(DCM_MappingResource, "DCMR");
                used.text(DCM_TemplateIdentifier, content.text);
            }
            break;
        case Content::Type::kCode: item.code(DCM_ConceptCodeSequence, content.code); break;
        case Content::Type::kText: item.text(DCM_TextValue, content.text); break;
        case Content::Type::kUid: item.text(DCM_UID, content.text); break;
        case Content::Type::kNumber: {
            ItemWriter value = item.item(DCM_MeasuredValueSequence);
            value.text(DCM_NumericValue, decimal_string(content.number));
            value.real64(DCM_FloatingPointValue, content.number);
            value.code(DCM_MeasurementUnitsCodeSequence, content.code);
            break;
        }
        case Content::Type::kImage: {
            ItemWriter image = item.item(DCM_ReferencedSOPSequence);
            image.text(DCM_ReferencedSOPClassUID, content.reference.sop_class_uid);
            image.text(DCM_ReferencedSOPInstanceUID, content.reference.sop_instance_uid);
            if (content.reference.frame > 0)
                image.text(DCM_ReferencedFrameNumber, std::to_string(content.reference.frame));
            if (content.reference.segment > 0)
                image.numbers(DCM_ReferencedSegmentNumber, {static_cast<Uint16>(content.reference.segment)});
            break;
        }
        case Content::Type::kPoints: {
            std::vector<float> values;
            for (const Vec3& p : content.points) {
                for (const double v : {p.x, p.y, p.z}) values.push_back(static_cast<float>(v));
            }
            item.reals(DCM_GraphicData, values);
            item.text(DCM_GraphicType, content.graphic);
            item.text(DCM_ReferencedFrameOfReferenceUID, content.frame_of_reference_uid);
            break;
        }
    }
}

void write_item(ItemWriter item, const Content& content) {
    if (content.relation != Relation::kRoot) item.text(DCM_RelationshipType, relation_name(content.relation));
    item.text(DCM_ValueType, type_name(content.type));
    if (!content.concept_name.value.empty()) item.code(DCM_ConceptNameCodeSequence, content.concept_name);
    write_value(item, content);
    for (const Content& child : content.children) write_item(item.item(DCM_ContentSequence), child);
}

void collect(const Content& content, std::vector<Reference>& found) {
    if (content.type == Content::Type::kImage) {
        const Reference whole{content.reference.sop_class_uid, content.reference.sop_instance_uid};
        if (std::find(found.begin(), found.end(), whole) == found.end()) found.push_back(whole);
    }
    for (const Content& child : content.children) collect(child, found);
}

}  // namespace

Content container(Relation relation, Code name, std::string template_number) {
    Content item = named(Content::Type::kContainer, relation, std::move(name));
    item.text = std::move(template_number);
    return item;
}

Content code_item(Relation relation, Code name, Code value) {
    Content item = named(Content::Type::kCode, relation, std::move(name));
    item.code = std::move(value);
    return item;
}

Content text_item(Relation relation, Code name, std::string text) {
    Content item = named(Content::Type::kText, relation, std::move(name));
    item.text = std::move(text);
    return item;
}

Content uid_item(Relation relation, Code name, std::string uid) {
    Content item = named(Content::Type::kUid, relation, std::move(name));
    item.text = std::move(uid);
    return item;
}

Content number_item(Relation relation, Code name, double value, Code unit) {
    Content item = named(Content::Type::kNumber, relation, std::move(name));
    item.number = value;
    item.code = std::move(unit);
    return item;
}

Content image_item(Relation relation, Code name, Reference reference) {
    Content item = named(Content::Type::kImage, relation, std::move(name));
    item.reference = std::move(reference);
    return item;
}

Content points_item(Relation relation, Code name, std::string graphic, std::vector<Vec3> points,
                    std::string frame_of_reference_uid) {
    Content item = named(Content::Type::kPoints, relation, std::move(name));
    item.graphic = std::move(graphic);
    item.points = std::move(points);
    item.frame_of_reference_uid = std::move(frame_of_reference_uid);
    return item;
}

void write_content(ItemWriter data, const Content& root) { write_item(data, root); }

std::vector<Reference> references_in(const Content& root) {
    std::vector<Reference> found;
    collect(root, found);
    return found;
}

}  // namespace huizhen::imaging
