#include <huizhen/dicom_network/storage_classes.h>

namespace huizhen::imaging {
namespace {

// PS3.6 Table A-1.
constexpr std::array kClasses{
    StorageClass{"1.2.840.10008.5.1.4.1.1.2", "CT Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.2.1", "Enhanced CT Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.2.2", "Legacy Converted Enhanced CT Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.1", "Computed Radiography Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.1.1", "Digital X-Ray Image, For Presentation"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.1.1.1", "Digital X-Ray Image, For Processing"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.4", "MR Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.4.1", "Enhanced MR Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.7", "Secondary Capture Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.7.1", "Multi-frame Single Bit Secondary Capture Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.7.2", "Multi-frame Grayscale Byte Secondary Capture Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.7.3", "Multi-frame Grayscale Word Secondary Capture Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.7.4", "Multi-frame True Color Secondary Capture Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.9.1.1", "12-lead ECG Waveform"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.9.1.2", "General ECG Waveform"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.9.6.1", "Respiratory Waveform"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.1", "Grayscale Softcopy Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.2", "Color Softcopy Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.3", "Pseudo-Color Softcopy Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.4", "Blending Softcopy Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.6", "Grayscale Planar MPR Volumetric Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.7", "Compositing Planar MPR Volumetric Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.8", "Advanced Blending Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.9", "Volume Rendering Volumetric Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.10", "Segmented Volume Rendering Volumetric Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.11", "Multiple Volume Rendering Volumetric Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.11.12", "Variable Modality LUT Presentation State"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.20", "Nuclear Medicine Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.30", "Parametric Map"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66", "Raw Data"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66.1", "Spatial Registration"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66.2", "Spatial Fiducials"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66.3", "Deformable Spatial Registration"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66.4", "Segmentation"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66.5", "Surface Segmentation"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.66.7", "Label Map Segmentation"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.67", "Real World Value Mapping"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.11", "Basic Text SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.22", "Enhanced SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.33", "Comprehensive SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.34", "Comprehensive 3D SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.35", "Extensible SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.40", "Procedure Log"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.59", "Key Object Selection Document"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.65", "Chest CAD SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.67", "X-Ray Radiation Dose SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.68", "Radiopharmaceutical Radiation Dose SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.71", "Acquisition Context SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.73", "Patient Radiation Dose SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.74", "Planned Imaging Agent Administration SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.88.75", "Performed Imaging Agent Administration SR"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.104.1", "Encapsulated PDF"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.104.2", "Encapsulated CDA"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.104.3", "Encapsulated STL"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.128", "Positron Emission Tomography Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.128.1", "Legacy Converted Enhanced PET Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.130", "Enhanced PET Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.200.2", "CT Performed Procedure Protocol"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.481.1", "RT Image"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.481.2", "RT Dose"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.481.3", "RT Structure Set"},
    StorageClass{"1.2.840.10008.5.1.4.1.1.481.5", "RT Plan"},
};

}  // namespace

std::span<const StorageClass> storage_classes() { return kClasses; }

bool is_storage_class(std::string_view uid) {
    return std::ranges::find(kClasses, uid, &StorageClass::uid) != kClasses.end();
}

}  // namespace huizhen::imaging
