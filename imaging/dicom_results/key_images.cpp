// Key Object Selection Document (PS3.3 A.35.4) by TID 2010.

#include "modules.h"

namespace huizhen::imaging {

Result<ResultObject> make_key_images(const ResultContext& context) {
    ObjectBuilder object(context, {ResultKind::kKeyImages, UID_KeyObjectSelectionDocumentStorage, "ko", "KO",
                                   9703, "Huizhen key images (research use)"});
    ItemWriter data = object.data();
    put_content_time(data, context);
    data.empty_sequence(DCM_ReferencedPerformedProcedureStepSequence);
    Content root = container(Relation::kRoot, dcm("113000", "Of Interest"), "2010");
    root.add(text_item(Relation::kContains, dcm("113012", "Key Object Description"),
                       context.study.conclusion + " " + context.study.intended_use));
    std::vector<std::size_t> shown;
    for (const auto& planes : context.planes) {
        const std::size_t image = largest_plane(planes).image;
        if (std::find(shown.begin(), shown.end(), image) != shown.end()) continue;
        shown.push_back(image);
        root.add(image_item(Relation::kContains, {}, context.reference_to(context.source.images[image])));
    }
    write_content(data, root);
    put_evidence(data, context, references_in(root));
    return object.finish();
}

}  // namespace huizhen::imaging
