#pragma once

// A small federation: a root, an issuing key, and certificates under them, the same in every run.

#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/certificate_directory.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::identity {

using namespace std::chrono_literals;

template <typename T>
::testing::AssertionResult refused(const Result<T>& result, const Refusal& refusal) {
    if (result) return ::testing::AssertionFailure() << "accepted";
    if (!refusal.is(result.error()) || result.error().code() != refusal.code) {
        return ::testing::AssertionFailure() << result.error().to_string();
    }
    return ::testing::AssertionSuccess();
}

inline const Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 8h;

inline secagg::SeededRandom random_from(std::uint8_t seed) {
    secagg::Secret32 bytes;
    bytes.mutable_bytes()[0] = seed;
    return secagg::SeededRandom(bytes);
}

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

struct Enrolled {
    PrivateKey key;
    Certificate certificate;
    PeerIdentity peer;
};

struct Authority {
    explicit Authority(std::uint8_t seed = 1) : random(random_from(seed)) {}

    secagg::SeededRandom random;
    RootAuthority root = RootAuthority::create("Lung federation", random, kNow).value();
    IssuingAuthority issuing = root.certify_issuer(random, kNow).value();

    Enrolled enrol(std::string_view name, Role role = Role::kSite, Time now = kNow) {
        PrivateKey key = PrivateKey::generate(random);
        const auto request = read_request(make_request(key, role, name).value()).value();
        Certificate certificate = issuing.issue(request, random, now, Lifetimes{}.site).value();
        PeerIdentity peer = read_identity(certificate).value();
        return {std::move(key), std::move(certificate), std::move(peer)};
    }
    Enrolled server(const std::vector<std::string>& hosts = {"localhost", "127.0.0.1"}) {
        PrivateKey key = PrivateKey::generate(random);
        Certificate certificate =
            issuing.issue_server(key.public_key(), "main", hosts, random, kNow, Lifetimes{}.server).value();
        PeerIdentity peer = read_identity(certificate).value();
        return {std::move(key), std::move(certificate), std::move(peer)};
    }
    std::vector<Bytes> chain(const Certificate& leaf) const {
        return {leaf.der(), issuing.certificate().der()};
    }
    PeerVerifier verifier() const {
        return PeerVerifier::create(root.certificate(), std::span(&issuing.certificate(), 1)).value();
    }
};

}  // namespace huizhen::identity
