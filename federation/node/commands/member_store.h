#pragma once

// The member files a training run makes in its folder.

#include <filesystem>
#include <string>

#include <huizhen/model/manifest.h>
#include <huizhen/nn/parameters.h>

namespace huizhen::node {

// "member 3 of 10", for the third: a stage's name to a progress sink.
std::string member_stage(int member, int members);

class MemberStore {
  public:
    // Files are "<prefix><member>.safetensors" in `folder`.
    MemberStore(std::filesystem::path folder, std::string prefix)
        : folder_(std::move(folder)), prefix_(std::move(prefix)) {}

    // Makes the folder.
    Status prepare() const;
    std::filesystem::path path(int member) const;
    // Where a stopped member leaves its state: not named like a member, so that no loader takes it for one.
    std::filesystem::path partial_path(int member) const;

    // Whether a finished member of the same seed, data and architecture is there; its weights are then in
    // `parameters`.
    Result<bool> load_finished(int member, const engine::ModelManifest& wanted,
                               engine::ParameterSet& parameters) const;
    // Values are rounded to the file's 16 bits, in `parameters` too.
    Status save(int member, const engine::ModelManifest& manifest, engine::ParameterSet& parameters) const;

  private:
    std::filesystem::path folder_;
    std::string prefix_;
};

}  // namespace huizhen::node
