#include "member_files.h"

#include <huizhen/base/sha256.h>
#include <huizhen/model/nodule_classifier.h>

namespace huizhen::engine {

Result<std::vector<std::filesystem::path>> member_files(const std::filesystem::path& folder,
                                                        const std::string& prefix) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(prefix) && name.ends_with(".safetensors")) files.push_back(entry.path());
    }
    if (error || files.empty()) {
        return fail(ErrorCode::kNotFound, "no model " + prefix + "*.safetensors in " + folder.string());
    }
    if (files.size() > kMaxMembers)
        return fail(ErrorCode::kLimitExceeded, "too many model files in " + folder.string());
    std::sort(files.begin(), files.end());
    return files;
}

std::string ensemble_sha256(const std::vector<std::string>& member_sha256) {
    Sha256 hash;
    for (const std::string& member : member_sha256)
        hash.update(std::as_bytes(std::span(member.data(), member.size())));
    return to_hex(hash.finish());
}

}  // namespace huizhen::engine
