// Masks against OpenSSL's bare AES-256-CTR in one run, and the processor time of a whole round.
// Usage: bench_secure_aggregation [WORDS [SITES [DROPPED]]], by default 1,000,000 words, 100 sites, 10
// dropped.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <vector>

#include <openssl/evp.h>

#include <huizhen/secure_aggregation/coordinator_round.h>
#include <huizhen/secure_aggregation/mask.h>
#include <huizhen/secure_aggregation/seeded_random.h>
#include <huizhen/secure_aggregation/site_round.h>

namespace {

using namespace huizhen;
using namespace huizhen::secagg;

// Of all threads of this process: other programs on the machine do not count.
double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <typename Body>
double best_of_five(Body body) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const double begin = processor_seconds();
        body();
        best = std::min(best, processor_seconds() - begin);
    }
    return best;
}

// What is left when everything but the cipher is taken away: one context, 16 KiB at a time, in place.
double bare_cipher_seconds(std::size_t bytes) {
    std::vector<unsigned char> buffer(16 << 10);
    const unsigned char key[32] = {1}, counter[16] = {};
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    const double seconds = best_of_five([&] {
        EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nullptr, key, counter);
        int written = 0;
        for (std::size_t done = 0; done < bytes; done += buffer.size()) {
            EVP_EncryptUpdate(context, buffer.data(), &written, buffer.data(),
                              static_cast<int>(buffer.size()));
        }
    });
    EVP_CIPHER_CTX_free(context);
    return seconds;
}

void bench_masks() {
    constexpr std::size_t kWords = 1 << 20, kMasks = 64;
    std::vector<std::uint32_t> words(kWords);
    std::vector<Mask> masks(kMasks);
    const double ours = best_of_five([&] { apply_masks(masks, 0, words); });
    const double bare = bare_cipher_seconds(4 * kWords * kMasks);
    const double elements = static_cast<double>(kWords * kMasks);
    std::printf("masks: %.2f G elements/s a core; bare AES-256-CTR %.2f; ratio %.2f\n",
                elements / ours * 1e-9, elements / bare * 1e-9, bare / ours);
}

template <typename T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().to_string().c_str());
        std::exit(1);
    }
    return std::move(*result);
}
void must(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
    std::exit(1);
}

// Adds the processor time of `body` to `seconds` and gives what it gives.
template <typename Body>
auto timed(double& seconds, Body body) {
    const double begin = processor_seconds();
    if constexpr (std::is_void_v<decltype(body())>) {
        body();
        seconds += processor_seconds() - begin;
    } else {
        auto value = body();
        seconds += processor_seconds() - begin;
        return value;
    }
}

struct Sites {
    explicit Sites(std::size_t count) {
        std::map<SiteId, PublicKey> keys;
        for (std::size_t i = 0; i < count; ++i) {
            Secret32 key;
            system_random().fill(key.mutable_bytes());
            signers.emplace_back(std::move(key));
            ids.emplace_back("site-" + std::to_string(1'000'000 + i));
            keys[ids.back()] = signers.back().public_key();
        }
        directory = std::make_unique<Ed25519Directory>(std::move(keys));
    }
    SiteIdentity identity(std::size_t i) const { return {ids[i], &signers[i], directory.get()}; }

    std::vector<Ed25519Signer> signers;
    std::vector<SiteId> ids;
    std::unique_ptr<Ed25519Directory> directory;
};

// The last `dropped` sites share keys and fall silent before their upload: the dearest place.
void bench_round(std::uint64_t words, std::size_t count, std::size_t dropped) {
    const Sites sites(count);
    Executor executor(2);
    Terms terms;
    terms.plan = "bench";
    terms.words = words;
    terms.corrupt_percent = 20;
    double coordinator = 0, site = 0;

    auto collect_keys = must(open_round(terms, *sites.directory));
    std::vector<AwaitRoster> await_roster;
    for (std::size_t i = 0; i < count; ++i) {
        auto step = timed(site, [&] { return must(advertise_keys(terms, {}, sites.identity(i))); });
        timed(coordinator, [&] { must(collect_keys.accept(step.message)); });
        await_roster.push_back(std::move(step.next));
    }
    auto roster = timed(coordinator, [&] { return must(collect_keys.close()); });

    std::vector<AwaitShares> await_shares;
    for (std::size_t i = 0; i < count; ++i) {
        auto step = timed(site, [&] { return must(await_roster[i].receive(roster.message)); });
        timed(coordinator, [&] { must(roster.next.accept(step.message)); });
        await_shares.push_back(std::move(step.next));
    }
    auto deliveries = timed(coordinator, [&] { return must(roster.next.close()); });

    std::vector<AwaitSurvivors> await_survivors;
    std::vector<std::uint32_t> upload(words);
    for (std::size_t i = 0; i < count - dropped; ++i) {
        std::fill(upload.begin(), upload.end(), static_cast<std::uint32_t>(i));
        auto step = timed(site, [&] {
            return must(
                must(await_shares[i].receive(deliveries.messages[sites.ids[i]])).mask(upload, executor));
        });
        timed(coordinator, [&] { must(deliveries.next.accept(step.message, upload)); });
        await_survivors.push_back(std::move(step.next));
    }
    auto survivors = timed(coordinator, [&] { return must(deliveries.next.close()); });

    std::vector<AwaitSignatures> await_signatures;
    for (AwaitSurvivors& phase : await_survivors) {
        auto step = timed(site, [&] { return must(phase.receive(survivors.message)); });
        timed(coordinator, [&] { must(survivors.next.accept(step.message)); });
        await_signatures.push_back(std::move(step.next));
    }
    auto signatures = timed(coordinator, [&] { return must(survivors.next.close()); });

    for (AwaitSignatures& phase : await_signatures) {
        const Bytes message = timed(site, [&] { return must(phase.receive(signatures.message)); });
        timed(coordinator, [&] { must(signatures.next.accept(message)); });
    }
    const Outcome outcome = timed(coordinator, [&] { return must(signatures.next.finish(executor)); });

    const std::size_t kept = count - dropped;
    const auto expected = static_cast<std::uint32_t>(kept * (kept - 1) / 2);
    const bool exact = std::all_of(outcome.sum.begin(), outcome.sum.end(),
                                   [&](std::uint32_t word) { return word == expected; });
    std::printf(
        "round: %llu words, %zu sites, %zu dropped: coordinator %.2f s, a site %.3f s of processor time; "
        "%s\n",
        static_cast<unsigned long long>(words), count, dropped, coordinator,
        site / static_cast<double>(count), exact ? "exact" : "WRONG");
    if (!exact) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int i, unsigned long long otherwise) {
        return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
    };
    bench_masks();
    bench_round(argument(1, 1'000'000), argument(2, 100), argument(3, 10));
    return 0;
}
