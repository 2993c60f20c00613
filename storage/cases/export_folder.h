#pragma once

// The folder of an export as it grows: every file flushed, hashed and listed.

#include <filesystem>
#include <functional>

#include "sealing.h"

namespace huizhen::cases {

class ExportFolder {
  public:
    // kInvalidArgument, "already-there".
    static Result<ExportFolder> begin(std::filesystem::path target);
    ~ExportFolder();  // what was not finished is removed
    ExportFolder(ExportFolder&&) noexcept;
    ExportFolder& operator=(ExportFolder&&) = delete;

    // Gives up to a chunk at a time; empty at the end.
    using Chunks = std::function<Result<vault::BytesView>()>;
    Status add(const std::string& path, const Chunks& chunks);
    Status add_text(const std::string& path, std::string_view text);
    Status add_json(const std::string& path, const Json& json);

    // Writes the manifest with what `head` says, and gives the folder its name.
    Status finish(Json head);

  private:
    explicit ExportFolder(std::filesystem::path target);
    std::filesystem::path target_, partial_;
    Json files_ = Json::array();
    bool open_ = true;
};

}  // namespace huizhen::cases
