#pragma once

// A federation in one process: every message passes through the test's hands.

#include <map>
#include <set>

#include <huizhen/secure_aggregation/coordinator_round.h>
#include <huizhen/secure_aggregation/site_round.h>

#include "test_bytes.h"

namespace huizhen::secagg {

inline SiteId site_id(std::size_t number) {
    std::string text = std::to_string(number);
    return SiteId("site-" + std::string(5 - text.size(), '0') + text);
}

// The long-term keys of `count` enrolled sites, and one source of randomness each.
class Enrolled {
  public:
    explicit Enrolled(std::size_t count, std::uint8_t seed = 1) {
        SeededRandom keys = random_from(seed);
        std::map<SiteId, PublicKey> known;
        for (std::size_t i = 0; i < count; ++i) {
            Secret32 signing, round;
            keys.fill(signing.mutable_bytes());
            keys.fill(round.mutable_bytes());
            signers_.push_back(std::make_unique<Ed25519Signer>(std::move(signing)));
            randoms_.push_back(std::make_unique<SeededRandom>(round));
            known[site_id(i)] = signers_.back()->public_key();
        }
        directory_ = std::make_unique<Ed25519Directory>(std::move(known));
    }

    SiteIdentity identity(std::size_t i) {
        return {site_id(i), signers_[i].get(), directory_.get(), randoms_[i].get()};
    }
    const Directory& directory() const { return *directory_; }
    const Signer& signer(std::size_t i) const { return *signers_[i]; }

  private:
    std::vector<std::unique_ptr<Ed25519Signer>> signers_;
    std::vector<std::unique_ptr<SeededRandom>> randoms_;
    std::unique_ptr<Ed25519Directory> directory_;
};

inline Terms terms_of(std::uint64_t words, std::uint32_t corrupt_percent = 0) {
    Terms terms;
    terms.model.fill(0x11);
    terms.plan = "lung-2026-03";
    terms.round = 7;
    terms.words = words;
    terms.corrupt_percent = corrupt_percent;
    return terms;
}

// The words of site i before masking: any values, so that the sum wraps.
inline std::vector<std::uint32_t> words_of(std::size_t site, std::size_t count) {
    std::vector<std::uint32_t> words(count);
    SeededRandom random(secret_of(static_cast<std::uint8_t>(0x40 + site % 100)));
    random.fill({reinterpret_cast<std::uint8_t*>(words.data()), 4 * count});
    words[0] += static_cast<std::uint32_t>(site);
    return words;
}

// Which sites fall silent before which message.
struct Silence {
    std::set<std::size_t> keys{}, shares{}, upload{}, agreement{}, unmasking{};
};

struct Upload {
    Bytes message;
    std::vector<std::uint32_t> words;
};

// Runs the phases one by one, stopping after any of them, so that a test can look at or change what is on its
// way.
class Federation {
  public:
    Federation(std::size_t sites, Terms terms, Silence silence = {})
        : enrolled(sites), terms_(std::move(terms)), silence_(std::move(silence)), count_(sites) {}

    Status run_keys() {
        HZ_ASSIGN(CollectKeys opened, open_round(terms_, enrolled.directory()));
        collect_keys.emplace(std::move(opened));
        for (std::size_t i = 0; i < count_; ++i) {
            if (silence_.keys.contains(i)) continue;
            auto step = advertise_keys(terms_, SitePolicy{}, enrolled.identity(i));
            if (!step) return fail(step.error());
            keys.emplace(i, step->message);
            await_roster.emplace(i, std::move(step->next));
            HZ_TRY(collect_keys->accept(keys[i]));
        }
        auto closed = collect_keys->close();
        if (!closed) return fail(closed.error());
        roster = closed->message;
        collect_shares.emplace(std::move(closed->next));
        return {};
    }

    Status run_shares() {
        for (auto& [i, phase] : await_roster) {
            auto step = phase.receive(roster);
            if (!step) return fail(step.error());
            shares.emplace(i, step->message);
            await_shares.emplace(i, std::move(step->next));
            if (silence_.shares.contains(i)) continue;
            HZ_TRY(collect_shares->accept(shares[i]));
        }
        auto closed = collect_shares->close();
        if (!closed) return fail(closed.error());
        deliveries = closed->messages;
        collect_uploads.emplace(std::move(closed->next));
        return {};
    }

    Status run_uploads() {
        for (auto& [i, phase] : await_shares) {
            if (silence_.shares.contains(i)) continue;
            auto ready = phase.receive(deliveries[site_id(i)]);
            if (!ready) return fail(ready.error());
            Upload upload{{}, words_of(i, terms_.words)};
            auto step = ready->mask(upload.words, executor);
            if (!step) return fail(step.error());
            upload.message = step->message;
            uploads.emplace(i, std::move(upload));
            await_survivors.emplace(i, std::move(step->next));
            if (silence_.upload.contains(i)) continue;
            HZ_TRY(collect_uploads->accept(uploads[i].message, uploads[i].words));
        }
        auto closed = collect_uploads->close();
        if (!closed) return fail(closed.error());
        survivors = closed->message;
        collect_agreement.emplace(std::move(closed->next));
        return {};
    }

    Status run_agreement() {
        for (auto& [i, phase] : await_survivors) {
            if (silence_.upload.contains(i)) continue;
            auto step = phase.receive(survivors);
            if (!step) return fail(step.error());
            agreements.emplace(i, step->message);
            await_signatures.emplace(i, std::move(step->next));
            if (silence_.agreement.contains(i)) continue;
            HZ_TRY(collect_agreement->accept(agreements[i]));
        }
        auto closed = collect_agreement->close();
        if (!closed) return fail(closed.error());
        signatures = closed->message;
        collect_unmasking.emplace(std::move(closed->next));
        return {};
    }

    Status run_unmasking() {
        for (auto& [i, phase] : await_signatures) {
            if (silence_.agreement.contains(i)) continue;
            auto message = phase.receive(signatures);
            if (!message) return fail(message.error());
            unmaskings.emplace(i, *message);
            if (silence_.unmasking.contains(i)) continue;
            HZ_TRY(collect_unmasking->accept(unmaskings[i]));
        }
        return {};
    }

    Result<Outcome> run() {
        HZ_TRY(run_keys());
        HZ_TRY(run_shares());
        HZ_TRY(run_uploads());
        HZ_TRY(run_agreement());
        HZ_TRY(run_unmasking());
        return collect_unmasking->finish(executor);
    }

    // The plain sum over the sites whose upload arrived.
    std::vector<std::uint32_t> expected_sum() const {
        std::vector<std::uint32_t> sum(terms_.words);
        for (std::size_t i = 0; i < count_; ++i) {
            if (silence_.keys.contains(i) || silence_.shares.contains(i) || silence_.upload.contains(i))
                continue;
            const auto words = words_of(i, terms_.words);
            for (std::size_t w = 0; w < words.size(); ++w) sum[w] += words[w];
        }
        return sum;
    }

    Executor executor{2};
    Enrolled enrolled;
    std::optional<CollectKeys> collect_keys;
    std::optional<CollectShares> collect_shares;
    std::optional<CollectUploads> collect_uploads;
    std::optional<CollectAgreement> collect_agreement;
    std::optional<CollectUnmasking> collect_unmasking;
    std::map<std::size_t, AwaitRoster> await_roster;
    std::map<std::size_t, AwaitShares> await_shares;
    std::map<std::size_t, AwaitSurvivors> await_survivors;
    std::map<std::size_t, AwaitSignatures> await_signatures;
    std::map<std::size_t, Bytes> keys, shares, agreements, unmaskings;
    std::map<std::size_t, Upload> uploads;
    std::map<SiteId, Bytes> deliveries;
    Bytes roster, survivors, signatures;

  private:
    Terms terms_;
    Silence silence_;
    std::size_t count_;
};

}  // namespace huizhen::secagg
