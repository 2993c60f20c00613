#include <huizhen/base/check.h>
#include <huizhen/model/nodule_classifier.h>

#include "member_files.h"

namespace huizhen::engine {
namespace {

constexpr std::size_t kPixels = std::size_t{kNodulePatchSide} * kNodulePatchSide;
constexpr std::size_t kBatch = 64;

struct Member {
    ModelManifest manifest;
    std::unique_ptr<ParameterSet> parameters;
    std::unique_ptr<NoduleNetwork> network;
};

Result<Member> load_member(const Checkpoint& file, Context& context) {
    Member member;
    HZ_ASSIGN(member.manifest, parse_manifest(file.metadata(), kNoduleArchitecture));
    HZ_ASSIGN(const NoduleNetworkShape shape, nodule_network_shape(member.manifest));
    member.parameters = std::make_unique<ParameterSet>(context, 0);
    member.network = std::make_unique<NoduleNetwork>(Scope(*member.parameters, "nodule"), shape);
    HZ_TRY(load_parameters(file, *member.parameters));
    return member;
}

}  // namespace

struct NoduleClassifier::Impl {
    Context& context;
    std::vector<Member> members;
    std::string sha256;
};

NoduleClassifier::NoduleClassifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NoduleClassifier::NoduleClassifier(NoduleClassifier&&) noexcept = default;
NoduleClassifier& NoduleClassifier::operator=(NoduleClassifier&&) noexcept = default;
NoduleClassifier::~NoduleClassifier() = default;

Result<NoduleClassifier> NoduleClassifier::load(const std::filesystem::path& folder, Context& context) {
    HZ_ASSIGN(const auto files, member_files(folder, "nodule-"));
    auto impl = std::make_unique<Impl>(Impl{context, {}, {}});
    std::vector<std::string> hashes;
    for (const auto& path : files) {
        HZ_ASSIGN(const Checkpoint file, Checkpoint::open(path));  // names the file in its errors
        auto member = load_member(file, context);
        if (!member) return fail(member.error().within(path.string()));
        impl->members.push_back(*std::move(member));
        hashes.push_back(file.sha256());
    }
    impl->sha256 = ensemble_sha256(hashes);
    return NoduleClassifier(std::move(impl));
}

std::vector<double> NoduleClassifier::probabilities(std::span<const float> hu) const {
    HZ_CHECK(hu.size() % kPixels == 0, "whole patches of 50 x 50");
    const InferenceScope inference(impl_->context);
    const std::size_t count = hu.size() / kPixels;
    std::vector<double> probabilities;
    for (std::size_t first = 0; first < count; first += kBatch) {
        const std::size_t n = std::min(kBatch, count - first);
        std::vector<float> input(n * kPixels);
        const auto from = hu.subspan(first * kPixels, n * kPixels);
        std::transform(from.begin(), from.end(), input.begin(),
                       [](float v) { return nodule_input_of_hu(static_cast<double>(v)); });
        const Tensor patches = Tensor::from(
            impl_->context, {static_cast<std::int64_t>(n), 1, kNodulePatchSide, kNodulePatchSide}, input);
        std::vector<double> logits(n, 0.0);
        for (const Member& member : impl_->members) {
            const auto own = (*member.network)(patches, {}).to_vector();
            for (std::size_t k = 0; k < n; ++k) {
                logits[k] += member.manifest.calibration.logit(static_cast<double>(own[k])) /
                             static_cast<double>(impl_->members.size());
            }
        }
        for (const double logit : logits) probabilities.push_back(sigmoid(logit));
    }
    return probabilities;
}

std::size_t NoduleClassifier::members() const { return impl_->members.size(); }
const ModelManifest& NoduleClassifier::manifest(std::size_t member) const {
    return impl_->members.at(member).manifest;
}
const NoduleNetwork& NoduleClassifier::network(std::size_t member) const {
    return *impl_->members.at(member).network;
}
const std::string& NoduleClassifier::sha256() const { return impl_->sha256; }

}  // namespace huizhen::engine
