// Grayscale Softcopy Presentation State (PS3.3 A.33.1): the findings drawn on the source images.

#include "modules.h"

namespace huizhen::imaging {
namespace {

constexpr const char* kLayer = "FINDINGS";
constexpr double kLungLevel = -600, kLungWidth = 1500;
constexpr double kCircleMargin_mm = 4;

class Drawing {
  public:
    explicit Drawing(ItemWriter annotation, const Reference& image) : annotation_(annotation) {
        put_reference(annotation_.item(DCM_ReferencedImageSequence), image);
        annotation_.text(DCM_GraphicLayer, kLayer);
    }
    void closed_line(const std::vector<PixelPoint>& points) { graphic("POLYLINE", points); }
    void circle(PixelPoint centre, double radius) {
        graphic("CIRCLE", {centre, {centre.x + radius, centre.y}});
    }
    void point(PixelPoint at) { graphic("POINT", {at}); }
    void words(const std::string& text, PixelPoint at) {
        ItemWriter item = annotation_.item(DCM_TextObjectSequence);
        item.text(DCM_UnformattedTextValue, text);
        item.text(DCM_AnchorPointAnnotationUnits, "PIXEL");
        item.reals(DCM_AnchorPoint, {static_cast<float>(at.x), static_cast<float>(at.y)});
        item.text(DCM_AnchorPointVisibility, "N");
    }

  private:
    void graphic(const char* type, const std::vector<PixelPoint>& points) {
        ItemWriter item = annotation_.item(DCM_GraphicObjectSequence);
        item.text(DCM_GraphicAnnotationUnits, "PIXEL");
        item.number(DCM_GraphicDimensions, 2);
        item.number(DCM_NumberOfGraphicPoints, static_cast<unsigned>(points.size()));
        std::vector<float> values;
        for (const PixelPoint& p : points) {
            values.push_back(static_cast<float>(p.x));
            values.push_back(static_cast<float>(p.y));
        }
        item.reals(DCM_GraphicData, values);
        item.text(DCM_GraphicType, type);
        if (std::string_view(type) != "POINT") item.text(DCM_GraphicFilled, "N");
    }
    ItemWriter annotation_;
};

// In pixels from the image's corner.
PixelPoint in_image(const SourceSeries& source, std::size_t image, Vec3 mm) {
    const Vec3 from_corner = mm - source.images[image].position_mm;
    const auto inside = [](double at, int count) { return std::clamp(at, 0.0, static_cast<double>(count)); };
    return {inside(dot(from_corner, source.row) / source.column_spacing_mm + 0.5, source.columns),
            inside(dot(from_corner, source.column) / source.row_spacing_mm + 0.5, source.rows)};
}

// Around the plane's box; as far as the image reaches.
double circle_radius(const SourceSeries& source, const PlaneMask& plane, PixelPoint centre) {
    const double spacing = std::min(source.row_spacing_mm, source.column_spacing_mm);
    double radius = 0;
    for (const PixelPoint& p : outline_of(plane))
        radius = std::max(radius, std::hypot(p.x - centre.x, p.y - centre.y));
    return std::min(radius + kCircleMargin_mm / spacing, std::max(1.0, source.columns - centre.x));
}

void draw_finding(ItemWriter data, const ResultContext& context, std::size_t index) {
    const SourceSeries& source = context.source;
    const ResultFinding& finding = context.study.findings[index];
    const std::vector<PlaneMask>& planes = context.planes[index];
    const std::size_t key = largest_plane(planes).image;
    for (const PlaneMask& plane : planes) {
        Drawing drawing(data.item(DCM_GraphicAnnotationSequence),
                        context.reference_to(source.images[plane.image]));
        drawing.closed_line(outline_of(plane));
        if (plane.image != key) continue;
        const PixelPoint centre = in_image(source, key, finding.centre_mm);
        const double radius = circle_radius(source, plane, centre);
        drawing.circle(centre, radius);
        drawing.words(std::to_string(finding.number),
                      {std::min(centre.x + radius, static_cast<double>(source.columns)),
                       std::max(centre.y - radius, 0.0)});
    }
    if (!finding.evidence_peak_mm) return;
    const std::size_t image = source.nearest_image(*finding.evidence_peak_mm);
    Drawing drawing(data.item(DCM_GraphicAnnotationSequence), context.reference_to(source.images[image]));
    const PixelPoint peak = in_image(source, image, *finding.evidence_peak_mm);
    drawing.point(peak);
    drawing.words("evidence " + std::to_string(finding.number), peak);
}

// Every image drawn on, each once.
std::vector<std::size_t> images_drawn_on(const ResultContext& context) {
    std::vector<bool> drawn(context.source.images.size(), false);
    for (const auto& planes : context.planes) {
        for (const PlaneMask& plane : planes) drawn[plane.image] = true;
    }
    for (const ResultFinding& finding : context.study.findings) {
        if (finding.evidence_peak_mm) drawn[context.source.nearest_image(*finding.evidence_peak_mm)] = true;
    }
    std::vector<std::size_t> images;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        if (drawn[i]) images.push_back(i);
    }
    return images;
}

void put_relationship(ItemWriter data, const ResultContext& context) {
    ItemWriter series = data.item(DCM_ReferencedSeriesSequence);
    series.text(DCM_SeriesInstanceUID, context.source.series_uid);
    std::vector<Reference> whole;
    for (const std::size_t image : images_drawn_on(context)) {
        Reference reference = context.reference_to(context.source.images[image]);
        reference.frame = 0;
        if (std::find(whole.begin(), whole.end(), reference) == whole.end()) whole.push_back(reference);
    }
    for (const Reference& reference : whole)
        put_reference(series.item(DCM_ReferencedImageSequence), reference);
}

void put_display(ItemWriter data, const SourceSeries& source) {
    ItemWriter area = data.item(DCM_DisplayedAreaSelectionSequence);
    area.longs_signed(DCM_DisplayedAreaTopLeftHandCorner, {1, 1});
    area.longs_signed(DCM_DisplayedAreaBottomRightHandCorner, {source.columns, source.rows});
    area.text(DCM_PresentationSizeMode, "SCALE TO FIT");
    area.decimals(DCM_PresentationPixelSpacing, {source.row_spacing_mm, source.column_spacing_mm});
    if (source.rescale_slope && source.rescale_intercept) {
        data.decimals(DCM_RescaleIntercept, {*source.rescale_intercept});
        data.decimals(DCM_RescaleSlope, {*source.rescale_slope});
        data.text(DCM_RescaleType, "HU");
    }
    ItemWriter window = data.item(DCM_SoftcopyVOILUTSequence);
    window.decimals(DCM_WindowCenter, {kLungLevel});
    window.decimals(DCM_WindowWidth, {kLungWidth});
    window.text(DCM_WindowCenterWidthExplanation, "LUNG");
    data.text(DCM_PresentationLUTShape, "IDENTITY");
    ItemWriter layer = data.item(DCM_GraphicLayerSequence);
    layer.text(DCM_GraphicLayer, kLayer);
    layer.text(DCM_GraphicLayerOrder, "1");
    layer.number(DCM_GraphicLayerRecommendedDisplayGrayscaleValue, 65535);
}

}  // namespace

Result<ResultObject> make_presentation_state(const ResultContext& context) {
    ObjectBuilder object(
        context, {ResultKind::kPresentationState, UID_GrayscaleSoftcopyPresentationStateStorage, "pr", "PR",
                  9704, "Huizhen markings (research use)"});
    ItemWriter data = object.data();
    data.text(DCM_BodyPartExamined, "CHEST");
    data.text(DCM_PresentationCreationDate, context.study.date);
    data.text(DCM_PresentationCreationTime, context.study.time);
    put_content_identification(data, context, "FINDINGS", "Findings marked, for research use");
    put_relationship(data, context);
    for (std::size_t i = 0; i < context.study.findings.size(); ++i) draw_finding(data, context, i);
    put_display(data, context.source);
    return object.finish();
}

}  // namespace huizhen::imaging
