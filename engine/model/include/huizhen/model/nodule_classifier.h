#pragma once

// Nodule or not, for candidates of a CT: the ensemble of nodule networks at diagnosis time. One thread at a
// time, that of the context.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/nodule_network.h>

namespace huizhen::engine {

inline constexpr std::size_t kMaxMembers = 64;

class NoduleClassifier {
  public:
    // Every nodule-*.safetensors in `folder`, in the order of names. kNotFound when there is none; kIntegrity
    // for an unknown format, kMalformedInput for a damaged file, named. `context` must outlive it.
    static Result<NoduleClassifier> load(const std::filesystem::path& folder, Context& context);
    NoduleClassifier(NoduleClassifier&&) noexcept;
    NoduleClassifier& operator=(NoduleClassifier&&) noexcept;
    ~NoduleClassifier();

    // `hu`: any number of patches of 50 x 50 HU one after the other, cut from the axial plane through the
    // candidate on the CT's own pixel grid, rows from front to back. Gives the probability of a nodule for
    // each.
    std::vector<double> probabilities(std::span<const float> hu) const;

    std::size_t members() const;
    const ModelManifest& manifest(std::size_t member) const;
    const NoduleNetwork& network(std::size_t member) const;
    // SHA-256 of the members' SHA-256, in order: the name of the whole.
    const std::string& sha256() const;

  private:
    struct Impl;
    explicit NoduleClassifier(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::engine
