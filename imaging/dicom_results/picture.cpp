// Secondary Capture (PS3.3 A.8.1): a finished picture, for viewers that show nothing better.

#include "modules.h"

namespace huizhen::imaging {

Result<ResultObject> make_picture(const ResultContext& context, std::size_t index) {
    const ResultPicture& picture = context.study.pictures[index];
    ObjectIdentity identity{ResultKind::kPicture,
                            UID_SecondaryCaptureImageStorage,
                            "sc/" + std::to_string(index + 1),
                            "OT",
                            9705,
                            "Huizhen pictures (research use)",
                            static_cast<int>(index) + 1};
    identity.series = "sc";
    ObjectBuilder object(context, identity);
    ItemWriter data = object.data();
    data.text(DCM_BodyPartExamined, "CHEST");
    put_content_time(data, context);
    data.text(DCM_ConversionType, "WSD");
    data.text(DCM_ImageType, "DERIVED\\SECONDARY");
    data.text(DCM_DerivationDescription, picture.title);
    data.text(DCM_ImageComments, context.study.intended_use.substr(0, 1024));
    data.text(DCM_PatientOrientation, "");
    data.text(DCM_BurnedInAnnotation, "YES");
    data.number(DCM_SamplesPerPixel, 3);
    data.text(DCM_PhotometricInterpretation, "RGB");
    data.number(DCM_PlanarConfiguration, 0);
    data.number(DCM_Rows, static_cast<unsigned>(picture.height));
    data.number(DCM_Columns, static_cast<unsigned>(picture.width));
    data.number(DCM_BitsAllocated, 8);
    data.number(DCM_BitsStored, 8);
    data.number(DCM_HighBit, 7);
    data.number(DCM_PixelRepresentation, 0);
    std::vector<std::uint8_t> bytes = picture.rgb;
    if (bytes.size() % 2 != 0) bytes.push_back(0);
    data.bytes(DCM_PixelData, bytes);
    return object.finish();
}

}  // namespace huizhen::imaging
