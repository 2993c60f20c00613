// Segmentation Storage (PS3.3 A.51): binary, one segment a finding, a frame for each plane of each.

#include "modules.h"

namespace huizhen::imaging {
namespace {

// A hue for each finding, as CIELab scaled to 16 bits (PS3.3 C.10.7.1.1).
std::vector<Uint16> colour_of(int number) {
    constexpr double kTurn = 2.399963;  // golden angle: neighbours differ
    const double angle = kTurn * number;
    const auto scaled = [](double value, double low, double high) {
        return static_cast<Uint16>(std::lround((value - low) / (high - low) * 65535));
    };
    return {scaled(65, 0, 100), scaled(60 * std::cos(angle), -128, 127),
            scaled(60 * std::sin(angle), -128, 127)};
}

void put_dimensions(ItemWriter data, const ResultContext& context) {
    const std::string uid = context.uid("seg/dimensions");
    data.item(DCM_DimensionOrganizationSequence).text(DCM_DimensionOrganizationUID, uid);
    const auto dimension = [&](const DcmTagKey& group, const DcmTagKey& pointer, const char* label) {
        ItemWriter item = data.item(DCM_DimensionIndexSequence);
        item.text(DCM_DimensionOrganizationUID, uid);
        item.tag_value(DCM_DimensionIndexPointer, pointer);
        item.tag_value(DCM_FunctionalGroupPointer, group);
        item.text(DCM_DimensionDescriptionLabel, label);
    };
    dimension(DCM_SegmentIdentificationSequence, DCM_ReferencedSegmentNumber, "Segment Number");
    dimension(DCM_PlanePositionSequence, DCM_ImagePositionPatient, "Image Position");
}

void put_segment(ItemWriter data, const ResultContext& context, const ResultFinding& finding) {
    ItemWriter segment = data.item(DCM_SegmentSequence);
    segment.number(DCM_SegmentNumber, static_cast<unsigned>(finding.number));
    segment.text(DCM_SegmentLabel, context.tracking_id(finding));
    segment.code(DCM_SegmentedPropertyCategoryCodeSequence,
                 sct("49755003", "Morphologically Abnormal Structure"));
    segment.code(DCM_SegmentedPropertyTypeCodeSequence, sct("27925004", "Nodule"));
    ItemWriter site = segment.code(DCM_AnatomicRegionSequence, site_code(finding));
    if (finding.side != ResultSide::kUnknown)
        site.code(DCM_AnatomicRegionModifierSequence, side_code(finding.side));
    segment.text(DCM_SegmentAlgorithmType, "AUTOMATIC");
    const std::string algorithm = context.study.equipment.model + " outline";
    segment.text(DCM_SegmentAlgorithmName, algorithm);
    ItemWriter identification = segment.item(DCM_SegmentationAlgorithmIdentificationSequence);
    identification.code(DCM_AlgorithmFamilyCodeSequence, dcm("123103", "Edge Detection"));
    identification.text(DCM_AlgorithmName, algorithm);
    identification.text(DCM_AlgorithmVersion, context.study.equipment.software_version);
    segment.numbers(DCM_RecommendedDisplayCIELabValue, colour_of(finding.number));
    segment.text(DCM_TrackingID, context.tracking_id(finding));
    segment.text(DCM_TrackingUID, context.tracking_uid(finding));
}

void put_shared_groups(ItemWriter data, const SourceSeries& source) {
    ItemWriter shared = data.item(DCM_SharedFunctionalGroupsSequence);
    ItemWriter measures = shared.item(DCM_PixelMeasuresSequence);
    measures.decimals(DCM_PixelSpacing, {source.row_spacing_mm, source.column_spacing_mm});
    measures.decimals(DCM_SliceThickness, {source.thickness_mm});
    if (source.slice_spacing_mm > 0) measures.decimals(DCM_SpacingBetweenSlices, {source.slice_spacing_mm});
    const Vec3 r = source.row, c = source.column;
    shared.item(DCM_PlaneOrientationSequence)
        .decimals(DCM_ImageOrientationPatient, {r.x, r.y, r.z, c.x, c.y, c.z});
}

void put_frame_groups(ItemWriter data, const ResultContext& context, const PlaneMask& plane, int segment,
                      Uint32 position) {
    const SourceImage& image = context.source.images[plane.image];
    ItemWriter frame = data.item(DCM_PerFrameFunctionalGroupsSequence);
    ItemWriter derivation = frame.item(DCM_DerivationImageSequence);
    derivation.code(DCM_DerivationCodeSequence, dcm("113076", "Segmentation"));
    ItemWriter source = derivation.item(DCM_SourceImageSequence);
    put_reference(source, context.reference_to(image));
    source.text(DCM_SpatialLocationsPreserved, "YES");
    source.code(DCM_PurposeOfReferenceCodeSequence,
                dcm("121322", "Source image for image processing operation"));
    ItemWriter content = frame.item(DCM_FrameContentSequence);
    content.longs(DCM_DimensionIndexValues, {static_cast<Uint32>(segment), position});
    frame.item(DCM_PlanePositionSequence)
        .decimals(DCM_ImagePositionPatient, {image.position_mm.x, image.position_mm.y, image.position_mm.z});
    frame.item(DCM_SegmentIdentificationSequence)
        .numbers(DCM_ReferencedSegmentNumber, {static_cast<Uint16>(segment)});
}

// PS3.3 C.12.4: every image that a frame was made from.
void put_referenced_instances(ItemWriter data, const ResultContext& context) {
    std::vector<Reference> references;
    for (const auto& planes : context.planes) {
        for (const PlaneMask& plane : planes) {
            Reference whole = context.reference_to(context.source.images[plane.image]);
            whole.frame = 0;
            if (std::find(references.begin(), references.end(), whole) == references.end())
                references.push_back(whole);
        }
    }
    ItemWriter series = data.item(DCM_ReferencedSeriesSequence);
    series.text(DCM_SeriesInstanceUID, context.source.series_uid);
    for (const Reference& reference : references)
        put_reference(series.item(DCM_ReferencedInstanceSequence), reference);
}

void put_pixel_description(ItemWriter data, const SourceSeries& source) {
    data.text(DCM_ImageType, "DERIVED\\PRIMARY");
    data.number(DCM_SamplesPerPixel, 1);
    data.text(DCM_PhotometricInterpretation, "MONOCHROME2");
    data.number(DCM_Rows, static_cast<unsigned>(source.rows));
    data.number(DCM_Columns, static_cast<unsigned>(source.columns));
    data.number(DCM_BitsAllocated, 1);
    data.number(DCM_BitsStored, 1);
    data.number(DCM_HighBit, 0);
    data.number(DCM_PixelRepresentation, 0);
    data.text(DCM_LossyImageCompression, "00");
    data.text(DCM_SegmentationType, "BINARY");
}

// One bit a pixel, lowest bit first, frames without gaps between them (PS3.5 8.1.1).
std::vector<std::uint8_t> packed_frames(const ResultContext& context, std::size_t frames) {
    const auto columns = static_cast<std::size_t>(context.source.columns);
    const std::size_t plane_bits = columns * static_cast<std::size_t>(context.source.rows);
    std::vector<std::uint8_t> bytes((frames * plane_bits + 15) / 16 * 2, 0);
    std::size_t first_bit = 0;
    for (const auto& planes : context.planes) {
        for (const PlaneMask& plane : planes) {
            for (int y = plane.y; y < plane.y + plane.height; ++y) {
                for (int x = plane.x; x < plane.x + plane.width; ++x) {
                    if (!plane.at(x, y)) continue;
                    const std::size_t bit =
                        first_bit + static_cast<std::size_t>(y) * columns + static_cast<std::size_t>(x);
                    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 1U << (bit % 8));
                }
            }
            first_bit += plane_bits;
        }
    }
    return bytes;
}

}  // namespace

Result<ResultObject> make_segmentation(const ResultContext& context) {
    ObjectBuilder object(context, {ResultKind::kSegmentation, UID_SegmentationStorage, "seg", "SEG", 9702,
                                   "Huizhen outlines (research use)"});
    ItemWriter data = object.data();
    put_content_time(data, context);
    put_content_identification(data, context, "FINDINGS", "Outlines of findings, for research use");
    put_frame_of_reference(data, context);
    put_pixel_description(data, context.source);
    put_dimensions(data, context);
    put_referenced_instances(data, context);
    put_shared_groups(data, context.source);
    // The place of a frame among all positions that occur, which the index values count.
    std::map<std::size_t, Uint32> positions;
    std::size_t frames = 0;
    for (const auto& planes : context.planes) {
        frames += planes.size();
        for (const PlaneMask& plane : planes) positions[plane.image] = 0;
    }
    Uint32 next = 0;
    for (auto& [image, position] : positions) position = ++next;
    for (std::size_t i = 0; i < context.planes.size(); ++i) {
        const ResultFinding& finding = context.study.findings[i];
        put_segment(data, context, finding);
        for (const PlaneMask& plane : context.planes[i])
            put_frame_groups(data, context, plane, finding.number, positions[plane.image]);
    }
    data.text(DCM_NumberOfFrames, std::to_string(frames));
    data.bytes(DCM_PixelData, packed_frames(context, frames));
    return object.finish();
}

}  // namespace huizhen::imaging
