#pragma once

// A small synthetic series on disk, and ways to spoil it.

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <huizhen/dicom/ct_writer.h>
#include <huizhen/dicom/series.h>
#include <huizhen/test_support/data.h>

class DcmDataset;

namespace huizhen::imaging::phantom {

// HU that differ at every voxel, from air to bone, in 16 slices of 24 x 20 by default.
Volume volume(Size3 size = {24, 20, 16}, Geometry geometry = {{-100, -80, 50}, {0.7, 0.8, 1.25}});

CtWriteOptions options();

// Writes it, failing the test where that fails.
void write(const std::filesystem::path& folder, const Volume& volume,
           const CtWriteOptions& options = phantom::options());

// The files of a folder in name order.
std::vector<std::filesystem::path> files(const std::filesystem::path& folder);

// Rewrites every file of the folder after `edit`, in its transfer syntax.
void edit(const std::filesystem::path& folder, const std::function<void(DcmDataset&, int index)>& edit);

// Rewrites every file of the folder in another transfer syntax ("1.2.840.10008.1.2.4.70").
void transcode(const std::filesystem::path& folder, const char* transfer_syntax_uid);

// One Enhanced CT file that holds the volume, frames in the order given; its functional groups as PS3.3 A.38
// has them.
void write_enhanced(const std::filesystem::path& file, const Volume& volume,
                    const std::vector<int>& frame_order);

Result<LoadedSeries> load(const std::filesystem::path& folder, const LoadOptions& options = {});

bool has_finding(const LoadedSeries& series, std::string_view code);

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, std::string_view bytes);

}  // namespace huizhen::imaging::phantom
