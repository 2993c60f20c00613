#pragma once

// The modules that all our objects have, and what lies around them.

#include <string_view>

#include "context.h"

namespace huizhen::imaging {

struct ObjectIdentity {
    ResultKind kind = ResultKind::kReport;
    const char* sop_class_uid = "";
    std::string name;  // "sr", "seg": of its UIDs
    const char* modality = "";
    int series_number = 0;
    const char* series_description = "";
    int instance_number = 1;
    std::string series = {};  // of its series' UID; the same as `name` where empty
};

// An object being made: its data set, with the modules that all share already in it.
class ObjectBuilder {
  public:
    ObjectBuilder(const ResultContext& context, ObjectIdentity identity);
    ItemWriter data() { return {*file_.getDataset(), status_}; }
    // kInternal where a value did not fit: all that comes from outside was checked before.
    Result<ResultObject> finish();

  private:
    const ResultContext& context_;
    ObjectIdentity identity_;
    DcmFileFormat file_;
    OFCondition status_ = EC_Normal;
};

// Content date and time.
void put_content_time(ItemWriter data, const ResultContext& context);
// Of objects that name who made them and what they are (Content Identification, PS3.3 10.9).
void put_content_identification(ItemWriter data, const ResultContext& context, const char* label,
                                const char* description);
void put_frame_of_reference(ItemWriter data, const ResultContext& context);
// Study, series, instance: the evidence of SR documents (PS3.3 C.17.2.3).
void put_evidence(ItemWriter data, const ResultContext& context, const std::vector<Reference>& references);
void put_reference(ItemWriter item, const Reference& reference);

}  // namespace huizhen::imaging
