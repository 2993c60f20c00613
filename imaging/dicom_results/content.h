#pragma once

// A structured report's content tree (PS3.3 C.17.3) as values, and its way into a data set.

#include <string>
#include <vector>

#include <huizhen/volume/geometry.h>

#include "codes.h"
#include "item_writer.h"

namespace huizhen::imaging {

enum class Relation {
    kRoot,
    kContains,
    kObservationContext,
    kAcquisitionContext,
    kConceptModifier,
    kProperties,
    kInferredFrom
};

struct Reference {
    std::string sop_class_uid, sop_instance_uid;
    int frame = 0, segment = 0;  // 0: the whole object

    friend bool operator==(const Reference&, const Reference&) = default;
};

struct Content {
    enum class Type { kContainer, kCode, kText, kUid, kNumber, kImage, kPoints };

    Type type = Type::kContainer;
    Relation relation = Relation::kContains;
    Code concept_name;  // empty value: no name (images)
    std::string text;   // texts and UIDs; of containers the template's number, or empty
    Code code;          // codes, and numbers' units
    double number = 0;
    Reference reference;  // images
    std::string graphic;  // points: "POINT", "POLYGON"
    std::vector<Vec3> points;
    std::string frame_of_reference_uid;
    std::vector<Content> children;

    Content& add(Content child) {
        children.push_back(std::move(child));
        return children.back();
    }
};

Content container(Relation relation, Code name, std::string template_number = {});
Content code_item(Relation relation, Code name, Code value);
Content text_item(Relation relation, Code name, std::string text);
Content uid_item(Relation relation, Code name, std::string uid);
Content number_item(Relation relation, Code name, double value, Code unit);
Content image_item(Relation relation, Code name, Reference reference);
Content points_item(Relation relation, Code name, std::string graphic, std::vector<Vec3> points,
                    std::string frame_of_reference_uid);

// `root` is a container; its values go into the data set itself.
void write_content(ItemWriter data, const Content& root);

// Every object the tree refers to, each once, frames and segments left out.
std::vector<Reference> references_in(const Content& root);

}  // namespace huizhen::imaging
