#pragma once

// From a diagnosis to DICOM objects that a PACS keeps beside the CT:
//   report              Comprehensive 3D SR, TID 1500 with TID 1411, 1410 and 4019
//   segmentation        one binary segment a finding, in the source's geometry; tracking UIDs as in the
//   report key_images          Key Object Selection, TID 2010: each finding's slice with the largest section
//   presentation_state  Grayscale Softcopy Presentation State: outlines, circles and numbers on those slices
//   pictures            Secondary Capture, RGB, marked as having annotation burned in
//
// UIDs are hashed from the study, the models, the input and the kind of object: the same result is the same
// object, wherever and however often it is made. Pure functions; any thread may call.

#include <cstddef>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/dicom_results/result_study.h>
#include <huizhen/dicom_results/source_series.h>

namespace huizhen::imaging {

enum class ResultKind { kReport, kSegmentation, kKeyImages, kPresentationState, kPicture };

struct ResultObject {
    ResultKind kind = ResultKind::kReport;
    std::string sop_class_uid, sop_instance_uid, series_uid;
    std::vector<std::byte> bytes;  // a DICOM file (PS3.10)
};

struct ResultChoice {
    bool segmentation = true, key_images = true, presentation_state = true, pictures = true;
};

// The report, and the chosen others where there is something for them to show: without findings there is
// only the report, which then refers to no segmentation. Errors: kInvalidArgument (a text that is not
// printable ASCII, an outline that is missing or empty or lies outside the images, no model, no equipment),
// kOutOfMemory.
Result<std::vector<ResultObject>> make_result_objects(const SourceSeries& source, const ResultStudy& study,
                                                      const ResultChoice& choice = {});

}  // namespace huizhen::imaging
