#pragma once

// Patients, images and messages of nobody, for tests and benchmarks.

#include <huizhen/cases/entries.h>
#include <huizhen/cases/intake.h>

namespace huizhen::cases::sample {

inline chart::Time at(std::string_view iso) {
    return chart::read_iso_time(iso, std::chrono::seconds(0)).value();
}

inline chart::Patient patient(const std::string& number, const std::string& name = "Test^Anna",
                              const std::string& birth = "1950-02-03", chart::Sex sex = chart::Sex::kFemale,
                              const std::string& authority = "HIS") {
    chart::Patient patient;
    if (!number.empty()) patient.ids.emplace_back(chart::PatientId{number, authority});
    patient.name = Phi<std::string>(name);
    if (!birth.empty()) patient.birth.emplace(at(birth));
    patient.sex = sex;
    return patient;
}

// Image `number` of a series of a study; `study` and `series` are the last parts of their UIDs.
inline NewInstance image(const chart::Patient& patient, int study, int series, int number,
                         const objects::ObjectName& object, const std::string& accession = "") {
    NewInstance image;
    image.study_uid = "1.2.3." + std::to_string(study);
    image.series_uid = image.study_uid + "." + std::to_string(series);
    image.uid = image.series_uid + "." + std::to_string(number);
    image.class_uid = "1.2.840.10008.5.1.4.1.1.2";
    image.transfer_syntax = "1.2.840.10008.1.2.1";
    image.study.patient = patient;
    image.study.accession_number = Phi<std::string>(accession);
    image.study.description = Phi<std::string>("Thorax of Anna");
    image.study.when.emplace(at("2026-03-01T10:00:00Z"));
    image.series = {"CT", Phi<std::string>("lung kernel"), "CHEST", series};
    image.object = object;
    image.bytes = 100;
    image.number = number;
    return image;
}

inline chart::Entry lab(const std::string& source_id, double value, const std::string& when = "2026-02-20") {
    chart::Observation observation;
    observation.what.codes.push_back({"http://loinc.org", "2039-6", "CEA"});
    observation.value = chart::Quantity{value, "", "ng/mL", ""};
    if (!when.empty()) observation.when = at(when);
    return {source_id, "", observation};
}

inline chart::Entry report(const std::string& source_id, const std::string& text,
                           const std::string& accession = "") {
    chart::Document document;
    document.kind.text = "radiology";
    document.text = text;
    document.when = at("2026-03-01");
    return {source_id, accession, document};
}

inline chart::Entry order(const std::string& source_id, const std::string& accession,
                          chart::Priority priority) {
    chart::Order order;
    order.what.text = "chest CT";
    order.accession_number = accession;
    order.priority = priority;
    return {source_id, "", order};
}

inline chart::Update update(const std::string& message_id, const chart::Patient& patient,
                            std::vector<chart::Entry> entries = {}) {
    chart::Update update;
    update.source = "hl7:LAB|CENTRAL";
    update.message_id = message_id;
    update.patients.push_back({patient, {}, std::move(entries)});
    return update;
}

}  // namespace huizhen::cases::sample
