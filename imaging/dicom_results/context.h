#pragma once

// What all objects of one result share.

#include <huizhen/dicom_results/plane_mask.h>
#include <huizhen/dicom_results/result_objects.h>

#include "content.h"

namespace huizhen::imaging {

struct ResultContext {
    const SourceSeries& source;
    const ResultStudy& study;
    std::vector<std::vector<PlaneMask>> planes;  // of each finding
    std::string identity;                        // study, models and input: what UIDs are hashed from
    bool has_segmentation = false;

    // "sr", "sr/series", "tracking/1": a UID of this result.
    std::string uid(std::string_view what) const;
    std::string tracking_id(const ResultFinding& finding) const;
    std::string tracking_uid(const ResultFinding& finding) const;
    Reference reference_to(const SourceImage& image) const {
        return {image.sop_class_uid, image.sop_instance_uid, image.frame};
    }
    // The series of an object that a report may refer to.
    std::string series_of(const Reference& reference) const;
};

// Pixel-edge coordinates (outline_of) in the patient.
std::vector<Vec3> in_patient(const SourceSeries& source, std::size_t image,
                             const std::vector<PixelPoint>& points);

Code side_code(ResultSide side);
Code site_code(const ResultFinding& finding);

Result<ResultObject> make_report(const ResultContext& context);
Result<ResultObject> make_segmentation(const ResultContext& context);
Result<ResultObject> make_key_images(const ResultContext& context);
Result<ResultObject> make_presentation_state(const ResultContext& context);
Result<ResultObject> make_picture(const ResultContext& context, std::size_t index);

}  // namespace huizhen::imaging
