#include <huizhen/dicom/values.h>
#include <huizhen/dicom_results/result_objects.h>

#include "context.h"

namespace huizhen::imaging {
namespace {

// Long enough for any sentence of ours; UT itself has no limit worth the name.
constexpr std::size_t kMaxTextLength = 4096;
constexpr std::size_t kMaxShortLength = 64;  // LO
constexpr int kMaxPictureSide = 8192;

bool is_plain(std::string_view text, std::size_t longest) {
    return text.size() <= longest &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
}

bool is_digits(std::string_view text, std::size_t count) {
    return text.size() == count &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_hash(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool is_probability(const ResultEstimate& estimate) {
    const auto fits = [](double p) { return p >= 0 && p <= 1; };
    return fits(estimate.value) && fits(estimate.low.value_or(0)) && fits(estimate.high.value_or(0));
}

Status check_texts(const ResultStudy& study) {
    std::vector<std::string_view> texts{study.intended_use, study.conclusion}, names;
    texts.insert(texts.end(), study.cautions.begin(), study.cautions.end());
    texts.insert(texts.end(), study.guidelines.begin(), study.guidelines.end());
    for (const ResultFinding& finding : study.findings) {
        texts.insert(texts.end(), finding.formulas.begin(), finding.formulas.end());
        texts.insert(texts.end(), finding.guidelines.begin(), finding.guidelines.end());
        texts.push_back(finding.malignancy_words);
        for (const ResultRating& rating : finding.ratings) {
            names.push_back(rating.meaning);
            if (rating.code.empty() || !is_plain(rating.code, 16))
                return fail(ErrorCode::kInvalidArgument, "a rating's code has 1 to 16 characters");
        }
    }
    for (const ResultModel& model : study.models)
        names.insert(names.end(), {model.role, model.name, model.version});
    for (const ResultPicture& picture : study.pictures) names.push_back(picture.title);
    const ResultEquipment& equipment = study.equipment;
    for (const std::string* name :
         {&equipment.manufacturer, &equipment.model, &equipment.serial_number, &equipment.software_version}) {
        if (name->empty())
            return fail(ErrorCode::kInvalidArgument, "the equipment of a result must be named");
        names.push_back(*name);
    }
    const auto plain = [](std::size_t longest) {
        return [longest](std::string_view text) { return is_plain(text, longest); };
    };
    if (!std::all_of(texts.begin(), texts.end(), plain(kMaxTextLength)) ||
        !std::all_of(names.begin(), names.end(), plain(kMaxShortLength))) {
        return fail(ErrorCode::kInvalidArgument, "a text of a result is too long or not printable ASCII");
    }
    return {};
}

Status check(const ResultStudy& study) {
    HZ_TRY(check_texts(study));
    if (!is_digits(study.date, 8) || !is_digits(study.time, 6))
        return fail(ErrorCode::kInvalidArgument, "a result has a date and a time, as DICOM spells them");
    if (study.models.empty() || !is_hash(study.input_sha256))
        return fail(ErrorCode::kInvalidArgument, "a result names its models and what they were given");
    for (const ResultModel& model : study.models) {
        if (!is_hash(model.sha256) || model.name.empty())
            return fail(ErrorCode::kInvalidArgument, "a model of a result has a name and a hash");
    }
    for (std::size_t i = 0; i < study.findings.size(); ++i) {
        const ResultFinding& finding = study.findings[i];
        if (finding.number != static_cast<int>(i) + 1)
            return fail(ErrorCode::kInvalidArgument, "findings are numbered from 1");
        if (finding.outline == nullptr) return fail(ErrorCode::kInvalidArgument, "a finding has no outline");
        if (!is_probability(finding.nodule) || !is_probability(finding.malignancy))
            return fail(ErrorCode::kInvalidArgument, "a probability lies between 0 and 1");
    }
    for (const ResultPicture& picture : study.pictures) {
        const bool fits = picture.width > 0 && picture.height > 0 && picture.width <= kMaxPictureSide &&
                          picture.height <= kMaxPictureSide;
        if (!fits || picture.rgb.size() != 3 * static_cast<std::size_t>(picture.width) *
                                               static_cast<std::size_t>(picture.height))
            return fail(ErrorCode::kInvalidArgument, "a picture has three bytes a pixel");
    }
    return {};
}

}  // namespace

std::string ResultContext::uid(std::string_view what) const {
    return uid_from_text(identity + " " + std::string(what));
}

std::string ResultContext::tracking_id(const ResultFinding& finding) const {
    return "Huizhen finding " + std::to_string(finding.number);
}

std::string ResultContext::tracking_uid(const ResultFinding& finding) const {
    return uid("tracking/" + std::to_string(finding.number));
}

std::string ResultContext::series_of(const Reference& reference) const {
    return reference.sop_instance_uid == uid("seg") ? uid("seg/series") : source.series_uid;
}

std::vector<Vec3> in_patient(const SourceSeries& source, std::size_t image,
                             const std::vector<PixelPoint>& points) {
    std::vector<Vec3> placed;
    for (const PixelPoint& p : points) placed.push_back(source.to_patient(image, p.x - 0.5, p.y - 0.5));
    return placed;
}

Code side_code(ResultSide side) {
    return side == ResultSide::kRight ? sct("24028007", "Right") : sct("7771000", "Left");
}

Code site_code(const ResultFinding& finding) {
    switch (finding.lobe) {
        case ResultLobe::kUpper: return sct("45653009", "Upper lobe of lung");
        case ResultLobe::kMiddle: return sct("72481006", "Middle lobe of right lung");
        case ResultLobe::kLower: return sct("90572001", "Lower lobe of lung");
        case ResultLobe::kUnknown: break;
    }
    return sct("39607008", "Lung");
}

Result<std::vector<ResultObject>> make_result_objects(const SourceSeries& source, const ResultStudy& study,
                                                      const ResultChoice& choice) {
    HZ_TRY(check(study));
    if (source.images.empty()) return fail(ErrorCode::kInvalidArgument, "the source series has no image");
    ResultContext context{source, study, {}, "huizhen result " + source.study_uid, false};
    for (const ResultModel& model : study.models) context.identity += " " + model.sha256;
    context.identity += " " + study.input_sha256;
    for (const ResultFinding& finding : study.findings) {
        HZ_ASSIGN(auto planes, project_mask(*finding.outline, source));
        context.planes.push_back(std::move(planes));
    }
    const bool found = !study.findings.empty();
    context.has_segmentation = found && choice.segmentation;
    std::vector<ResultObject> objects;
    const auto keep = [&](Result<ResultObject> made) -> Status {
        if (!made) return fail(std::move(made).error());
        objects.push_back(std::move(*made));
        return {};
    };
    if (context.has_segmentation) HZ_TRY(keep(make_segmentation(context)));
    HZ_TRY(keep(make_report(context)));
    if (found && choice.key_images) HZ_TRY(keep(make_key_images(context)));
    if (found && choice.presentation_state) HZ_TRY(keep(make_presentation_state(context)));
    for (std::size_t i = 0; choice.pictures && i < study.pictures.size(); ++i)
        HZ_TRY(keep(make_picture(context, i)));
    return objects;
}

}  // namespace huizhen::imaging
