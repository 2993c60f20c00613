#pragma once

// Series for the program to read: a small synthetic chest, made once, and copies of it that were spoilt.

#include <filesystem>
#include <string_view>

namespace huizhen::testing {

// A SYNTHETIC chest of 100 slices; shared between test processes, so: read only.
std::filesystem::path small_phantom();

// The same slices with other patient data, in a folder of its own.
void write_small_phantom(const std::filesystem::path& folder, std::string_view patient_id);

// The phantom as a scanner's workstation would reformat it: sagittal slices.
void write_sagittal_phantom(const std::filesystem::path& folder);

// Copies the files [first, last) of the phantom's slices, counted from 0.
void copy_slices(const std::filesystem::path& from, const std::filesystem::path& to, int first, int last);

// Replaces a byte string of the same length in every file.
void replace_in_files(const std::filesystem::path& folder, std::string_view what, std::string_view by);

}  // namespace huizhen::testing
