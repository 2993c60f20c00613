#pragma once

// A made-up diagnosis of a made-up scan.

#include <huizhen/node/diagnosis/facts.h>
#include <huizhen/node/diagnosis/finding.h>

namespace huizhen::node::testing_example {

inline Finding example_finding(int number) {
    Finding f;
    f.number = number;
    f.place = {.centre_mm = {-57.4, 131.2, -520.3},
               .voxel = {183.8, 243.5, 159.2},
               .slice = 160,
               .sop_instance_uid = "1.2.3.160",
               .side = "right lung",
               .lobe = "upper lobe",
               .lobe_probability = 0.9,
               .upper_lobe_probability = 0.9,
               .depth_mm = 12};
    f.measurement.centre_mm = f.place.centre_mm;
    f.measurement.diameter_mm = 15.46;
    f.measurement.long_axis_mm = 17.25;
    f.measurement.short_axis_mm = 13.8;
    f.measurement.volume_mm3 = 1935;
    f.measurement.mean_hu = -12;
    f.measurement.solid_volume_mm3 = 1800;
    f.measurement.solid_diameter_mm = 15;
    f.measurement.solid_fraction = 0.93;
    f.type = clinical::NoduleType::kSolid;
    f.nodule_probability = 0.97;
    f.malignancy = {
        .probability = 0.83, .interval = {0.71, 0.91}, .not_ruled_out = {.benign = false, .malignant = true}};
    f.attributes = {4.8, 1.0, 5.9, 3.9, 3.2, 2.4, 3.4, 4.9};
    f.evidence_name = "occlusion";
    f.evidence_peak_mm = imaging::Vec3{-56, 131, -520};
    set_nodule_facts(f, 1);
    return f;
}

inline Diagnosis example_diagnosis() {
    Diagnosis d;
    d.findings = {example_finding(1)};
    d.candidates = 57;
    d.rejected = 56;
    d.patient.age_years = 61;
    d.patient.sex = clinical::Sex::kFemale;
    d.patient_fact_sources = {{"age", "command line"}, {"sex", "DICOM header"}};
    d.findings[0].formulas = {clinical::mayo(d.patient, d.findings[0].facts),
                              clinical::pkuph(d.patient, d.findings[0].facts)};
    d.findings[0].guidelines = {clinical::fleischner_2017(d.patient, d.findings[0].facts),
                                clinical::lung_rads_2022_baseline(d.patient, d.findings[0].facts)};
    d.patient_formulas = {clinical::plco_m2012(d.patient)};
    d.series_uid = "1.2.3";
    d.study_uid = "1.2";
    d.volume_size = {512, 512, 275};
    d.spacing_mm = {0.78125, 0.78125, 1};
    d.right_lung_litres = 1.61;
    d.left_lung_litres = 1.87;
    d.assembly = {
        {"duplicate-slices", imaging::Severity::kWarning, "2 slices came twice; one of each was kept"}};
    d.inputs = {{.path = "/somewhere/Jane_Doe/1.dcm", .sha256 = {}, .sop_instance_uids = {"1.2.3.1"}}};
    d.unused_inputs = {{.kind = "text", .sha256 = "ab12", .bytes = 100}};
    d.models = {{.role = "malignancy", .name = "ct-readers/1", .sha256 = std::string(64, 'a'), .members = 5}};
    d.backend = "cpu (avx2)";
    d.times = {{"read", 1.5}, {"lungs", 2.25}};
    d.created_at = "2026-03-01T08:15:30Z";
    return d;
}

}  // namespace huizhen::node::testing_example
