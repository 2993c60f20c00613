#include "member_store.h"

#include <huizhen/nn/checkpoint.h>

namespace huizhen::node {

std::string member_stage(int member, int members) {
    return "member " + std::to_string(member + 1) + " of " + std::to_string(members);
}

Status MemberStore::prepare() const {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        return fail(ErrorCode::kIo, "cannot make the folder " + folder_.string() + ": " + error.message());
    return {};
}

std::filesystem::path MemberStore::path(int member) const {
    return folder_ / (prefix_ + std::to_string(member) + ".safetensors");
}

std::filesystem::path MemberStore::partial_path(int member) const {
    return folder_ / ("partial-" + prefix_ + std::to_string(member) + ".safetensors");
}

Result<bool> MemberStore::load_finished(int member, const engine::ModelManifest& wanted,
                                        engine::ParameterSet& parameters) const {
    if (!std::filesystem::exists(path(member))) return false;
    HZ_ASSIGN(const auto file, engine::Checkpoint::open(path(member)));
    HZ_ASSIGN(const auto found, engine::parse_manifest(file.metadata(), wanted.architecture));
    if (found.training_data_sha256 != wanted.training_data_sha256 || found.shape != wanted.shape ||
        found.provenance != wanted.provenance) {
        return fail(ErrorCode::kInvalidArgument, path(member).string() +
                                                     " was made with other data or options: use another "
                                                     "folder, or leave --resume out to replace it");
    }
    HZ_TRY(engine::load_parameters(file, parameters));
    return true;
}

Status MemberStore::save(int member, const engine::ModelManifest& manifest,
                         engine::ParameterSet& parameters) const {
    HZ_TRY(engine::save_checkpoint(path(member), engine::named_tensors(parameters),
                                   engine::to_metadata(manifest), engine::StoredAs::kBf16));
    // What is scored and calibrated from here on is what the file holds.
    HZ_ASSIGN(const auto file, engine::Checkpoint::open(path(member)));
    return engine::load_parameters(file, parameters);
}

}  // namespace huizhen::node
