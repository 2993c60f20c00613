#pragma once

// Plans, sites and keys that tests start from.

#include <map>
#include <set>

#include <huizhen/rounds/coordinator_round.h>
#include <huizhen/rounds/site_round.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::rounds {

inline SiteId site_id(std::size_t number) {
    const std::string text = std::to_string(number);
    return SiteId("site-" + std::string(4 - std::min<std::size_t>(4, text.size()), '0') + text);
}

inline Sha256Digest digest_of_text(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

inline ObjectRef object(std::string_view name) { return {digest_of_text(name), 1'000}; }

inline secagg::Secret32 secret_of(std::string_view text) {
    return secagg::Secret32(std::span<const std::uint8_t, 32>(digest_of_text(text)));
}

inline TrainingPlan plan_for(std::size_t sites) {
    TrainingPlan plan;
    plan.id = PlanId("lung-2026-03");
    plan.name = "malignancy, spring";
    plan.task = "malignancy";
    plan.start_model = object("start");
    plan.iterations = 1;
    for (std::size_t i = 0; i < sites; ++i) plan.invited.push_back(site_id(i));
    plan.minimum_sites = 3;
    plan.codec.max_samples = 10'000;
    plan.secrecy.corrupt_percent = 0;
    plan.patience.silence = Seconds(120);
    plan.patience.grace = Seconds(60);
    plan.patience.phase_limit = Seconds(3'600);
    return plan;
}

inline constexpr WallTime kStart{std::chrono::milliseconds{1'800'000'000'000}};

inline RoundSetup setup_for(const TrainingPlan& plan, std::uint64_t words = 17) {
    RoundSetup setup;
    setup.plan = plan;
    setup.number = 1;
    setup.model = plan.start_model;
    setup.words = words;
    for (const SiteId& site : plan.invited) setup.invited.push_back({site, {}});
    setup.seed = digest_of_text("groups");
    setup.at = kStart;
    return setup;
}

// Remembers what it has verified: in a test all sites check the same signatures.
class CachingDirectory final : public secagg::Directory {
  public:
    explicit CachingDirectory(const secagg::Directory& inner) : inner_(inner) {}

    Status verify(const SiteId& site, BytesView message, BytesView signature) const override {
        Sha256 hash;
        hash.update(std::as_bytes(std::span(site.str())));
        hash.update(std::as_bytes(signature));
        hash.update(std::as_bytes(message));
        const Sha256Digest key = hash.finish();
        if (known_.contains(key)) return {};
        const Status status = inner_.verify(site, message, signature);
        if (status) known_.insert(key);
        return status;
    }

  private:
    const secagg::Directory& inner_;
    mutable std::set<Sha256Digest> known_;
};

// The long-term keys of `count` enrolled sites.
class Enrolled {
  public:
    explicit Enrolled(std::size_t count) {
        std::map<SiteId, secagg::PublicKey> known;
        for (std::size_t i = 0; i < count; ++i) {
            signers_.push_back(
                std::make_unique<secagg::Ed25519Signer>(secret_of("identity of " + site_id(i).str())));
            known[site_id(i)] = signers_.back()->public_key();
        }
        plain_ = std::make_unique<secagg::Ed25519Directory>(std::move(known));
        caching_ = std::make_unique<CachingDirectory>(*plain_);
    }

    const secagg::Signer& signer(std::size_t i) const { return *signers_[i]; }
    const secagg::Directory& directory() const { return *caching_; }
    std::size_t size() const { return signers_.size(); }

  private:
    std::vector<std::unique_ptr<secagg::Ed25519Signer>> signers_;
    std::unique_ptr<secagg::Ed25519Directory> plain_;
    std::unique_ptr<CachingDirectory> caching_;
};

// What site i would send without masks: any values, so that sums wrap.
inline std::vector<std::uint32_t> words_of(std::size_t site, std::size_t count) {
    std::vector<std::uint32_t> words(count);
    secagg::SeededRandom random(secret_of("words of " + std::to_string(site)));
    random.fill({reinterpret_cast<std::uint8_t*>(words.data()), 4 * count});
    return words;
}

inline std::vector<std::uint32_t> plain_sum(const std::vector<SiteId>& included, std::size_t count) {
    std::vector<std::uint32_t> sum(count);
    for (const SiteId& site : included) {
        const auto words = words_of(std::stoul(site.str().substr(5)), count);
        for (std::size_t i = 0; i < count; ++i) sum[i] += words[i];
    }
    return sum;
}

// Uploads in memory.
class MemoryUploads final : public UploadSource {
  public:
    Status with_words(const ObjectRef& wanted,
                      const std::function<Status(std::span<const std::uint32_t>)>& use) const override {
        const auto found = objects_.find(wanted.digest);
        if (found == objects_.end()) return fail(ErrorCode::kNotFound, "the object is not here");
        return use(found->second);
    }
    void put(const ObjectRef& name, std::vector<std::uint32_t> words) {
        objects_[name.digest] = std::move(words);
    }
    std::size_t size() const { return objects_.size(); }

  private:
    std::map<Sha256Digest, std::vector<std::uint32_t>> objects_;
};

inline ObjectRef object_of(std::span<const std::uint32_t> words) {
    return {sha256(std::as_bytes(words)), words.size_bytes()};
}

}  // namespace huizhen::rounds
