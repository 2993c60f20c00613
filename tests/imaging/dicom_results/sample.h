#pragma once

// A made-up diagnosis of any series: balls for findings, figures that no two share.

#include <filesystem>
#include <memory>
#include <vector>

#include <huizhen/dicom_results/result_objects.h>

namespace huizhen::imaging::sample {

// Of every file in the folder that is a CT image.
SourceSeries source(const std::filesystem::path& folder);

// A series drawn for the test: 40 slices of 64 x 48 pixels.
Geometry default_geometry();
void write_series(const std::filesystem::path& folder, Geometry geometry = default_geometry());

Mask ball(Vec3 centre_mm, double radius_mm, double spacing_mm = 0.7);

struct Sample {
    ResultStudy study;
    std::vector<std::unique_ptr<Mask>> outlines;  // that the findings borrow

    Sample() = default;
    Sample(Sample&&) = default;
};

// A finding for each place, of radius 5.3 mm, 6.3 mm, ...
Sample diagnosis(const std::vector<Vec3>& centres_mm);

// Two places inside the series.
std::vector<Vec3> places_in(const SourceSeries& source);

std::vector<std::byte> bytes_of(const std::filesystem::path& path);
const char* name_of(ResultKind kind);

}  // namespace huizhen::imaging::sample
