#pragma once

// A result folder that appears whole or not at all: filled under a temporary name beside its place, put there
// by one rename. An earlier result of ours is replaced; anything else in the way is left alone and refused.
// It holds patient data: mode 0700, its owner's alone.

#include <filesystem>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/node/diagnosis/partial_folder.h>

namespace huizhen::node {

// The file every result folder holds; its "files" list names the others.
inline constexpr std::string_view kDocumentName = "diagnosis.json";
inline constexpr std::string_view kDocumentFormat = "huizhen-diagnosis";

class OutputFolder {
  public:
    // Checks `target` and makes the temporary folder, so that a bad place is known before the work is done.
    // Clears away what killed runs into `target` left.
    // kInvalidArgument when something not ours is there; kPermissionDenied, kIo.
    static Result<OutputFolder> prepare(const std::filesystem::path& target);

    ~OutputFolder();  // uncommitted: removes everything it made
    OutputFolder(OutputFolder&& other) noexcept;
    OutputFolder& operator=(OutputFolder&&) = delete;

    // Where to write.
    const std::filesystem::path& path() const { return partial_.path(); }

    // Puts the folder in its place. Once.
    Status commit();

  private:
    OutputFolder() = default;
    std::filesystem::path target_;
    PartialFolder partial_;
    std::vector<std::filesystem::path> made_parents_;  // outermost first
    bool done_ = true;
};

}  // namespace huizhen::node
