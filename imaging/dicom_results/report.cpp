// The structured report: Comprehensive 3D SR by TID 1500 (PS3.16).

#include "modules.h"

namespace huizhen::imaging {
namespace {

using R = Relation;

const ResultModel& model_of(const ResultStudy& study, std::string_view role) {
    const auto found = std::find_if(study.models.begin(), study.models.end(),
                                    [&](const ResultModel& m) { return m.role == role; });
    return found == study.models.end() ? study.models.front() : *found;
}

// TID 4019.
void add_algorithm(Content& owner, const ResultModel& model) {
    owner.add(text_item(R::kConceptModifier, dcm("111001", "Algorithm Name"), model.name));
    owner.add(text_item(R::kConceptModifier, dcm("111003", "Algorithm Version"),
                        model.version.empty() ? model.sha256.substr(0, 12) : model.version));
    owner.add(
        text_item(R::kConceptModifier, dcm("111002", "Algorithm Parameters"), "sha256:" + model.sha256));
}

// The outline and what is measured on it come from the program itself.
void add_program(Content& owner, const ResultStudy& study) {
    owner.add(
        text_item(R::kConceptModifier, dcm("111001", "Algorithm Name"), study.equipment.model + " outline"));
    owner.add(
        text_item(R::kConceptModifier, dcm("111003", "Algorithm Version"), study.equipment.software_version));
}

// TID 1204, 1001, 1002, 1004.
void add_context(Content& root, const ResultContext& context) {
    const ResultEquipment& equipment = context.study.equipment;
    root.add(code_item(R::kConceptModifier, dcm("121049", "Language of Content Item and Descendants"),
                       {"en", "RFC5646", "English"}));
    root.add(code_item(R::kObservationContext, dcm("121005", "Observer Type"), dcm("121007", "Device")));
    root.add(uid_item(R::kObservationContext, dcm("121012", "Device Observer UID"), context.uid("device")));
    root.add(
        text_item(R::kObservationContext, dcm("121013", "Device Observer Name"), equipment.manufacturer));
    root.add(text_item(R::kObservationContext, dcm("121014", "Device Observer Manufacturer"),
                       equipment.manufacturer));
    root.add(text_item(R::kObservationContext, dcm("121015", "Device Observer Model Name"), equipment.model));
    root.add(text_item(R::kObservationContext, dcm("121016", "Device Observer Serial Number"),
                       equipment.serial_number));
    root.add(code_item(R::kConceptModifier, dcm("121058", "Procedure reported"),
                       {"24627-2", "LN", "CT Chest Report"}));
}

// TID 1600: the images that the findings lie on, or all where there are none.
Content image_library(const ResultContext& context) {
    std::vector<bool> shown(context.source.images.size(), context.study.findings.empty());
    for (const auto& planes : context.planes) {
        for (const PlaneMask& plane : planes) shown[plane.image] = true;
    }
    Content library = container(R::kContains, dcm("111028", "Image Library"));
    Content& group = library.add(container(R::kContains, dcm("126200", "Image Library Group")));
    const auto acquisition = [&](Code name, Code value) {
        group.add(code_item(R::kAcquisitionContext, std::move(name), std::move(value)));
    };
    acquisition(dcm("121139", "Modality"), dcm("CT", "Computed Tomography"));
    acquisition(dcm("123014", "Target Region"), sct("816094009", "Chest"));
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (shown[i]) group.add(image_item(R::kContains, {}, context.reference_to(context.source.images[i])));
    }
    return library;
}

void add_tracking(Content& group, const ResultContext& context, const ResultFinding& finding) {
    group.add(text_item(R::kObservationContext, dcm("112039", "Tracking Identifier"),
                        context.tracking_id(finding)));
    group.add(uid_item(R::kObservationContext, dcm("112040", "Tracking Unique Identifier"),
                       context.tracking_uid(finding)));
    group.add(code_item(R::kContains, dcm("121071", "Finding"), sct("27925004", "Nodule")));
}

void add_site(Content& group, const ResultFinding& finding) {
    Content& site =
        group.add(code_item(R::kConceptModifier, sct("363698007", "Finding Site"), site_code(finding)));
    if (finding.side != ResultSide::kUnknown)
        site.add(code_item(R::kConceptModifier, sct("272741003", "Laterality"), side_code(finding.side)));
}

Content* add_measurement(Content& group, Code name, std::optional<double> value, Code unit) {
    if (!value) return nullptr;
    return &group.add(number_item(R::kContains, std::move(name), *value, std::move(unit)));
}

void add_attenuation(Content& group, std::optional<double> value, Code derivation) {
    Content* number =
        add_measurement(group, dcm("112031", "Attenuation Coefficient"), value, units::hounsfield());
    if (number != nullptr)
        number->add(code_item(R::kConceptModifier, dcm("121401", "Derivation"), std::move(derivation)));
}

void add_probability(Content& group, Code name, const ResultEstimate& estimate, const ResultModel& model) {
    Content& number =
        group.add(number_item(R::kContains, std::move(name), 100 * estimate.value, units::percent()));
    add_algorithm(number, model);
    if (estimate.low)
        number.add(number_item(R::kProperties, own("interval-low", "Lower bound of the ensemble interval"),
                               100 * *estimate.low, units::percent()));
    if (estimate.high)
        number.add(number_item(R::kProperties, own("interval-high", "Upper bound of the ensemble interval"),
                               100 * *estimate.high, units::percent()));
}

void add_qualities(Content& group, const ResultFinding& finding) {
    if (finding.texture != ResultTexture::kUnknown) {
        const Code texture = finding.texture == ResultTexture::kSolid ? own("solid", "Solid")
                             : finding.texture == ResultTexture::kPartSolid
                                 ? own("part-solid", "Part-solid")
                                 : dcm("112120", "Ground glass opacity");
        group.add(code_item(R::kContains, own("texture", "Nodule texture"), texture));
    }
    if (finding.spiculated)
        group.add(code_item(R::kContains, dcm("111037", "Margins"), dcm("112136", "Spiculated")));
    if (finding.lobulated)
        group.add(code_item(R::kContains, dcm("111037", "Margins"), dcm("112135", "Lobulated")));
    if (!finding.malignancy_words.empty())
        group.add(text_item(R::kContains, own("label-set", "Labels that cannot be ruled out"),
                            finding.malignancy_words));
    for (const std::string& formula : finding.formulas)
        group.add(text_item(R::kContains, own("formula", "Published risk formula"), formula));
    for (const std::string& guideline : finding.guidelines)
        group.add(text_item(R::kContains, own("guideline", "Guideline category"), guideline));
}

// TID 1411.
Content volume_group(const ResultContext& context, std::size_t index) {
    const ResultFinding& finding = context.study.findings[index];
    const ResultMeasurements& m = finding.measurements;
    const std::vector<PlaneMask>& planes = context.planes[index];
    const std::string& frame = context.source.frame_of_reference_uid;
    Content group = container(R::kContains, dcm("125007", "Measurement Group"), "1411");
    add_tracking(group, context, finding);
    add_program(group, context.study);
    if (context.has_segmentation) {
        const Reference segment{UID_SegmentationStorage, context.uid("seg"), 0, finding.number};
        group.add(image_item(R::kContains, dcm("121191", "Referenced Segment"), segment));
        for (const PlaneMask& plane : planes) {
            group.add(image_item(R::kContains, dcm("121233", "Source image for segmentation"),
                                 context.reference_to(context.source.images[plane.image])));
        }
    } else {
        for (const PlaneMask& plane : planes) {
            group.add(points_item(R::kContains, dcm("121231", "Volume Surface"), "POLYGON",
                                  in_patient(context.source, plane.image, outline_of(plane)), frame));
        }
        group.add(uid_item(R::kContains, dcm("121232", "Source series for segmentation"),
                           context.source.series_uid));
    }
    add_site(group, finding);
    group.add(points_item(R::kContains, dcm("111010", "Center"), "POINT", {finding.centre_mm}, frame));
    if (finding.evidence_peak_mm)
        group.add(points_item(R::kContains, own("evidence-peak", "Place of the strongest evidence"), "POINT",
                              {*finding.evidence_peak_mm}, frame));
    add_measurement(group, sct("81827009", "Diameter"), m.diameter_mm, units::millimetre());
    add_measurement(group, {"L0JK", "IBSI", "Maximum 3D Diameter of a Mesh"}, m.long_axis_3d_mm,
                    units::millimetre());
    add_measurement(group, sct("118565006", "Volume"), m.volume_mm3, units::cubic_millimetre());
    add_measurement(group, own("solid-diameter", "Diameter of the solid part"), m.solid_diameter_mm,
                    units::millimetre());
    add_measurement(group, own("solid-volume", "Volume of the solid part"), m.solid_volume_mm3,
                    units::cubic_millimetre());
    add_attenuation(group, m.mean_hu, sct("373098007", "Mean"));
    add_attenuation(group, m.sd_hu, sct("386136009", "Standard Deviation"));
    add_attenuation(group, m.median_hu, sct("373099004", "Median"));
    add_probability(group, dcm("111012", "Certainty of Finding"), finding.nodule,
                    model_of(context.study, "nodule"));
    add_probability(group, dcm("111047", "Probability of cancer"), finding.malignancy,
                    model_of(context.study, "malignancy"));
    for (const ResultRating& rating : finding.ratings) {
        Content* number =
            add_measurement(group, own(rating.code, rating.meaning), rating.value, units::score());
        add_algorithm(*number, model_of(context.study, "malignancy"));
    }
    add_qualities(group, finding);
    return group;
}

// TID 1410: the slice with the largest section, its outline and what is measured there.
Content section_group(const ResultContext& context, std::size_t index) {
    const ResultFinding& finding = context.study.findings[index];
    const PlaneMask& plane = largest_plane(context.planes[index]);
    const ResultMeasurements& m = finding.measurements;
    Content group = container(R::kContains, dcm("125007", "Measurement Group"), "1410");
    add_tracking(group, context, finding);
    add_program(group, context.study);
    group.add(points_item(R::kContains, dcm("111030", "Image Region"), "POLYGON",
                          in_patient(context.source, plane.image, outline_of(plane)),
                          context.source.frame_of_reference_uid));
    add_site(group, finding);
    add_measurement(group, sct("103339001", "Long axis"), m.long_axis_mm, units::millimetre());
    add_measurement(group, sct("103340004", "Short axis"), m.short_axis_mm, units::millimetre());
    add_measurement(group, sct("42798000", "Area"), m.area_mm2, units::square_millimetre());
    return group;
}

Content report_content(const ResultContext& context) {
    const ResultStudy& study = context.study;
    Content root = container(R::kRoot, dcm("126000", "Imaging Measurement Report"), "1500");
    add_context(root, context);
    root.add(image_library(context));
    Content& measurements = root.add(container(R::kContains, dcm("126010", "Imaging Measurements")));
    for (std::size_t i = 0; i < study.findings.size(); ++i) {
        measurements.add(volume_group(context, i));
        measurements.add(section_group(context, i));
    }
    Content& words = root.add(container(R::kContains, {"C0034375", "UMLS", "Qualitative Evaluations"}));
    const auto say = [&](Code name, const std::string& text) {
        if (!text.empty()) words.add(text_item(R::kContains, std::move(name), text));
    };
    say(own("intended-use", "Intended use"), study.intended_use);
    say(dcm("121077", "Conclusion"), study.conclusion);
    for (const std::string& guideline : study.guidelines)
        say(own("guideline", "Guideline category"), guideline);
    for (const std::string& caution : study.cautions) say(own("caution", "Caution"), caution);
    for (const ResultModel& model : study.models)
        say(own("model", "Model"),
            model.role + ": " + model.name + " " + model.version + ", sha256:" + model.sha256);
    say(own("input", "Hash of the input"), "sha256:" + study.input_sha256);
    return root;
}

}  // namespace

Result<ResultObject> make_report(const ResultContext& context) {
    ObjectBuilder object(context, {ResultKind::kReport, UID_Comprehensive3DSRStorage, "sr", "SR", 9701,
                                   "Huizhen findings (research use)"});
    ItemWriter data = object.data();
    put_content_time(data, context);
    data.empty_sequence(DCM_ReferencedPerformedProcedureStepSequence);
    data.empty_sequence(DCM_PerformedProcedureCodeSequence);
    data.text(DCM_CompletionFlag, "COMPLETE");
    data.text(DCM_VerificationFlag, "UNVERIFIED");
    data.text(DCM_PreliminaryFlag, "PRELIMINARY");
    ItemWriter scheme = data.item(DCM_CodingSchemeIdentificationSequence);
    scheme.text(DCM_CodingSchemeDesignator, kPrivateScheme);
    scheme.text(DCM_CodingSchemeName, "Huizhen private codes");
    const Content root = report_content(context);
    write_content(data, root);
    put_evidence(data, context, references_in(root));
    return object.finish();
}

}  // namespace huizhen::imaging
