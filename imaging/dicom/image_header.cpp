#include "image_header.h"

#include <huizhen/dicom/character_set.h>
#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

constexpr Tag kSharedGroups = make_tag(0x5200, 0x9229), kPerFrameGroups = make_tag(0x5200, 0x9230);
constexpr Tag kPlanePosition = make_tag(0x0020, 0x9113), kPlaneOrientation = make_tag(0x0020, 0x9116);
constexpr Tag kPixelMeasures = make_tag(0x0028, 0x9110), kPixelValueTransformation = make_tag(0x0028, 0x9145);
constexpr Tag kCtFrameType = make_tag(0x0018, 0x9329);
constexpr Tag kCtExposureDetails = make_tag(0x0018, 0x9325), kCtReconstruction = make_tag(0x0018, 0x9314);

constexpr Tag kRows = make_tag(0x0028, 0x0010), kColumns = make_tag(0x0028, 0x0011);
constexpr Tag kNumberOfFrames = make_tag(0x0028, 0x0008);
constexpr Tag kBitsAllocated = make_tag(0x0028, 0x0100), kBitsStored = make_tag(0x0028, 0x0101);
constexpr Tag kHighBit = make_tag(0x0028, 0x0102), kPixelRepresentation = make_tag(0x0028, 0x0103);

Result<int> required_integer(const DataSet& data, Tag tag, int low, int high) {
    const auto value = data.integer(tag);
    if (!value) return fail(ErrorCode::kMalformedInput, tag_name(tag) + " is missing or not a number");
    if (*value < low) return fail(ErrorCode::kMalformedInput, tag_name(tag) + " is too small");
    if (*value > high) {
        return fail(ErrorCode::kLimitExceeded,
                    tag_name(tag) + " is beyond what is read (" + std::to_string(high) + ")");
    }
    return static_cast<int>(*value);
}

Result<int> frame_count(const DataSet& data) {
    if (!data.has(kNumberOfFrames) || data.text(kNumberOfFrames).empty()) return 1;
    const auto frames = data.decimal(kNumberOfFrames);
    if (!frames || *frames < 1 || *frames != std::trunc(*frames)) {
        return fail(ErrorCode::kMalformedInput,
                    tag_name(kNumberOfFrames) + " is not a positive whole number");
    }
    if (*frames > kMaxFrames)
        return fail(ErrorCode::kLimitExceeded, tag_name(kNumberOfFrames) + " is beyond what is read");
    return static_cast<int>(*frames);
}

Status check_kind(const DicomFile& file) {
    const DataSet& data = file.data;
    if (data.has(make_tag(0x7FE0, 0x0008)) || data.has(make_tag(0x7FE0, 0x0009))) {
        return fail(ErrorCode::kUnsupported, "floating point pixel data is not read");
    }
    if (!file.pixels) {
        const std::string modality(data.text(make_tag(0x0008, 0x0060)));
        return fail(ErrorCode::kUnsupported,
                    "holds no image" +
                        (modality.empty() ? std::string() : " (modality " + modality.substr(0, 16) + ")"));
    }
    const auto samples = data.integer(make_tag(0x0028, 0x0002));
    const std::string_view photometric = data.text(make_tag(0x0028, 0x0004));
    if (samples.value_or(1) != 1 || (!photometric.empty() && !photometric.starts_with("MONOCHROME"))) {
        return fail(ErrorCode::kUnsupported, "colour images are not read");
    }
    return {};
}

// Before anything is kept for each frame: a short file cannot claim thousands.
Status check_pixel_bytes(const DicomFile& file, const PixelLayout& layout) {
    const auto broken = [](const std::string& what) {
        return fail(ErrorCode::kMalformedInput, tag_name(tags::kPixelData) + " " + what);
    };
    const PixelElement& pixels = *file.pixels;
    const bool expected = file.syntax->coding != PixelCoding::kNative;
    if (pixels.encapsulated != expected) {
        return broken(expected ? "is not encapsulated, as its transfer syntax demands"
                               : "is encapsulated in a native transfer syntax");
    }
    const auto frames = static_cast<std::size_t>(layout.frames);
    if (expected) {
        constexpr std::size_t kLeastFrame = 10;  // an item's tag and length, and two bytes in it
        if (pixels.length / kLeastFrame >= frames) return {};
        return broken("has " + std::to_string(pixels.length) + " bytes, too few for " +
                      std::to_string(frames) + " frames");
    }
    const std::size_t needed = layout.frame_bytes() * frames;
    // Eight-bit words swapped in pairs need the pad byte of an odd length too.
    const std::size_t padded = layout.word_swapped_bytes ? needed + needed % 2 : needed;
    if (pixels.length >= padded) return {};
    return broken("has " + std::to_string(pixels.length) + " bytes, the header's dimensions need " +
                  std::to_string(needed));
}

void read_padding(const DataSet& data, PixelLayout& layout) {
    const auto value = data.integer(make_tag(0x0028, 0x0120), layout.is_signed);
    if (!value) return;
    const auto limit = data.integer(make_tag(0x0028, 0x0121), layout.is_signed).value_or(*value);
    layout.padding_low = std::min(*value, limit);
    layout.padding_high = std::max(*value, limit);
}

// The first item of a functional group's sequence, of the frame or shared by all.
const DataSet* group(const DataSet* frame, const DataSet* shared, Tag sequence) {
    for (const DataSet* owner : {frame, shared}) {
        if (owner == nullptr) continue;
        const auto items = owner->items(sequence);
        if (!items.empty()) return &items.front();
    }
    return nullptr;
}

void read_place(const DataSet& data, FramePlace& place) {
    if (const auto p = data.decimals(make_tag(0x0020, 0x0032)); p && p->size() == 3) {
        place.position_mm = Vec3{(*p)[0], (*p)[1], (*p)[2]};
    }
    if (const auto o = data.decimals(make_tag(0x0020, 0x0037)); o && o->size() == 6) {
        place.row = Vec3{(*o)[0], (*o)[1], (*o)[2]};
        place.column = Vec3{(*o)[3], (*o)[4], (*o)[5]};
    }
    if (const auto s = data.decimals(make_tag(0x0028, 0x0030)); s && s->size() == 2) {
        place.row_spacing_mm = (*s)[0];
        place.column_spacing_mm = (*s)[1];
    }
    if (const auto t = data.decimal(make_tag(0x0018, 0x0050))) place.thickness_mm = *t;
    const auto slope = data.decimal(make_tag(0x0028, 0x1053)),
               intercept = data.decimal(make_tag(0x0028, 0x1052));
    if (slope && intercept) place.rescale = Rescale{*slope, *intercept};
    if (const auto type = data.text(make_tag(0x0028, 0x1054)); !type.empty()) place.rescale_type = type;
    if (const auto type = data.text_value(make_tag(0x0008, 0x0008), 2); !type.empty())
        place.image_type_3 = type;
    if (const auto type = data.text_value(make_tag(0x0008, 0x9007), 2); !type.empty())
        place.image_type_3 = type;
}

int parse_digits(std::string_view text) {
    int value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

constexpr int kMaxAgeYears = 130;

// YYYYMMDD as one number; nullopt for what is no date.
std::optional<int> parse_date(std::string_view text) {
    if (text.size() != 8) return std::nullopt;
    const int number = parse_digits(text), month = number / 100 % 100, day = number % 100;
    if (number < 1850'00'00 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
    return number;
}

}  // namespace

std::optional<int> age_in_years(const Phi<std::string>& age) {
    const std::string& text = age.reveal_phi("age in years for the risk formulas");
    if (text.size() != 4) return std::nullopt;
    const int count = parse_digits(std::string_view(text).substr(0, 3));
    // De-identification leaves "000Y": nobody's age, since infants' ages are given in smaller units.
    if (count < 0 || (text.back() == 'Y' && (count == 0 || count > kMaxAgeYears))) return std::nullopt;
    switch (text.back()) {
        case 'Y': return count;
        case 'M': return count / 12;
        case 'W': return count * 7 / 365;
        case 'D': return count / 365;
        default: return std::nullopt;
    }
}

std::optional<int> age_in_years(const SeriesInfo& info) {
    if (const auto given = age_in_years(info.age)) return given;
    const std::string& birth = info.birth_date.reveal_phi("age in years for the risk formulas");
    const std::string& study = info.study_date.reveal_phi("age in years for the risk formulas");
    const auto from = parse_date(birth), to = parse_date(study);
    constexpr int kYear = 10'000;  // dates as the number YYYYMMDD: their difference counts whole years
    if (!from || !to || *to < *from || (*to - *from) / kYear > kMaxAgeYears) return std::nullopt;
    return (*to - *from) / kYear;
}

SeriesInfo series_info(const DicomFile& file) {
    const DataSet& data = file.data;
    const TextDecoder decoder(data.text(make_tag(0x0008, 0x0005)));
    const auto text = [&](std::uint16_t g, std::uint16_t e) {
        return decoder.decode(data.text(make_tag(g, e)));
    };
    const auto phi = [&](std::uint16_t g, std::uint16_t e) { return Phi<std::string>(text(g, e)); };
    SeriesInfo info;
    info.patient_name = phi(0x0010, 0x0010);
    info.patient_id = phi(0x0010, 0x0020);
    info.birth_date = phi(0x0010, 0x0030);
    info.sex = phi(0x0010, 0x0040);
    info.age = phi(0x0010, 0x1010);
    info.study_date = phi(0x0008, 0x0020);
    info.acquisition_date = phi(0x0008, 0x0022);
    info.accession_number = phi(0x0008, 0x0050);
    info.study_description = phi(0x0008, 0x1030);
    info.series_description = phi(0x0008, 0x103E);
    info.study_uid = text(0x0020, 0x000D);
    info.series_uid = text(0x0020, 0x000E);
    info.frame_of_reference_uid = text(0x0020, 0x0052);
    info.sop_class_uid = text(0x0008, 0x0016);
    info.modality = text(0x0008, 0x0060);
    info.manufacturer = text(0x0008, 0x0070);
    info.model = text(0x0008, 0x1090);
    info.kernel = text(0x0018, 0x1210);
    info.body_part = text(0x0018, 0x0015);
    info.patient_position = text(0x0018, 0x5100);
    if (const auto number = data.decimal(make_tag(0x0020, 0x0011)); number && std::abs(*number) < 1e9) {
        info.series_number = static_cast<int>(*number);
    }
    info.slice_thickness_mm = data.decimal(make_tag(0x0018, 0x0050));
    info.tube_voltage_kv = data.decimal(make_tag(0x0018, 0x0060));
    info.gantry_tilt_degrees = data.decimal(make_tag(0x0018, 0x1120));
    info.lossy_compressed = data.text(make_tag(0x0028, 0x2110)) == "01" || file.syntax->lossy;

    const auto shared = data.items(kSharedGroups), per_frame = data.items(kPerFrameGroups);
    const DataSet* frame = per_frame.empty() ? nullptr : &per_frame.front();
    const DataSet* common = shared.empty() ? nullptr : &shared.front();
    if (const DataSet* measures = group(frame, common, kPixelMeasures);
        measures && !info.slice_thickness_mm) {
        info.slice_thickness_mm = measures->decimal(make_tag(0x0018, 0x0050));
    }
    if (const DataSet* exposure = group(frame, common, kCtExposureDetails);
        exposure && !info.tube_voltage_kv) {
        info.tube_voltage_kv = exposure->real64(make_tag(0x0018, 0x0060));
    }
    if (const DataSet* reconstruction = group(frame, common, kCtReconstruction);
        reconstruction && info.kernel.empty()) {
        info.kernel = decoder.decode(reconstruction->text(make_tag(0x0018, 0x1210)));
    }
    return info;
}

Result<PixelLayout> pixel_layout(const DicomFile& file) {
    HZ_TRY(check_kind(file));
    const DataSet& data = file.data;
    PixelLayout layout;
    HZ_ASSIGN(layout.rows, required_integer(data, kRows, 1, kMaxRows));
    HZ_ASSIGN(layout.columns, required_integer(data, kColumns, 1, kMaxColumns));
    HZ_ASSIGN(layout.frames, frame_count(data));
    if (layout.samples() * static_cast<std::size_t>(layout.frames) > kMaxImageVoxels) {
        return fail(ErrorCode::kLimitExceeded, "the image has more voxels than are read");
    }
    HZ_ASSIGN(layout.bits_allocated, required_integer(data, kBitsAllocated, 1, 64));
    if (layout.bits_allocated != 8 && layout.bits_allocated != 16) {
        return fail(ErrorCode::kUnsupported, tag_name(kBitsAllocated) + ": only 8 or 16 bits are read, not " +
                                                 std::to_string(layout.bits_allocated));
    }
    HZ_ASSIGN(layout.bits_stored, required_integer(data, kBitsStored, 1, layout.bits_allocated));
    layout.high_bit = static_cast<int>(data.integer(kHighBit).value_or(layout.bits_stored - 1));
    if (layout.high_bit < layout.bits_stored - 1 || layout.high_bit >= layout.bits_allocated) {
        return fail(ErrorCode::kMalformedInput,
                    tag_name(kHighBit) + " does not fit bits stored and allocated");
    }
    layout.is_signed = data.integer(kPixelRepresentation).value_or(0) == 1;
    const bool native = file.syntax->coding == PixelCoding::kNative && !file.pixels->encapsulated;
    layout.big_endian = native && file.syntax->encoding.big_endian;
    layout.word_swapped_bytes =
        layout.big_endian && layout.bits_allocated == 8 && file.pixels->vr == vr('O', 'W');
    read_padding(data, layout);
    return layout;
}

Result<ImageHeader> image_header(const DicomFile& file) {
    ImageHeader header;
    HZ_ASSIGN(header.layout, pixel_layout(file));
    HZ_TRY(check_pixel_bytes(file, header.layout));
    header.sop_instance_uid = file.data.text(make_tag(0x0008, 0x0018));
    header.sop_class_uid = file.data.text(make_tag(0x0008, 0x0016));
    FramePlace common;
    read_place(file.data, common);
    const auto shared_items = file.data.items(kSharedGroups), frame_items = file.data.items(kPerFrameGroups);
    const auto frames = static_cast<std::size_t>(header.layout.frames);
    if (!frame_items.empty() && frame_items.size() != frames) {
        return fail(ErrorCode::kMalformedInput, tag_name(kPerFrameGroups) + " has " +
                                                    std::to_string(frame_items.size()) + " items for " +
                                                    std::to_string(frames) + " frames");
    }
    header.frames.assign(frames, common);
    const DataSet* shared = shared_items.empty() ? nullptr : &shared_items.front();
    for (std::size_t i = 0; i < frames; ++i) {
        const DataSet* frame = frame_items.empty() ? nullptr : &frame_items[i];
        for (Tag sequence :
             {kPlanePosition, kPlaneOrientation, kPixelMeasures, kPixelValueTransformation, kCtFrameType}) {
            if (const DataSet* found = group(frame, shared, sequence)) read_place(*found, header.frames[i]);
        }
    }
    return header;
}

}  // namespace huizhen::imaging
