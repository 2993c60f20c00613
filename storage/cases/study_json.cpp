#include "study_json.h"

namespace huizhen::cases {

Json to_json(const StudyDescription& study) {
    Json json = {{"patient", to_json(study.patient)},
                 {"accession_number", study.accession_number.reveal_phi("to seal or export it")},
                 {"description", study.description.reveal_phi("to seal or export it")}};
    if (study.when) json["when"] = to_json(study.when->reveal_phi("to seal or export it"));
    return json;
}

StudyDescription study_from(const Json& json) {
    StudyDescription study;
    study.patient = patient_from(json.at("patient"));
    study.accession_number = Phi<std::string>(json.at("accession_number"));
    study.description = Phi<std::string>(json.at("description"));
    if (const auto when = json.find("when"); when != json.end()) study.when.emplace(time_from(*when));
    return study;
}

Json to_json(const SeriesDescription& series) {
    return {{"modality", series.modality},
            {"description", series.description.reveal_phi("to seal or export it")},
            {"body_part", series.body_part},
            {"number", series.number}};
}

SeriesDescription series_from(const Json& json) {
    return {json.at("modality"), Phi<std::string>(json.at("description")), json.at("body_part"),
            json.at("number")};
}

Json to_json(const NewInstance& i) {
    return {{"study_uid", i.study_uid},    {"series_uid", i.series_uid},  {"uid", i.uid},
            {"class_uid", i.class_uid},    {"syntax", i.transfer_syntax}, {"study", to_json(i.study)},
            {"series", to_json(i.series)}, {"object", i.object.str()},    {"bytes", i.bytes},
            {"number", i.number}};
}

NewInstance instance_from(const Json& json) {
    NewInstance i;
    i.study_uid = json.at("study_uid");
    i.series_uid = json.at("series_uid");
    i.uid = json.at("uid");
    i.class_uid = json.at("class_uid");
    i.transfer_syntax = json.at("syntax");
    i.study = study_from(json.at("study"));
    i.series = series_from(json.at("series"));
    i.object = objects::ObjectName(json.at("object").get<std::string>());
    i.bytes = json.at("bytes");
    i.number = json.at("number");
    return i;
}

}  // namespace huizhen::cases
