#include "context.h"

#include <huizhen/base/logging.h>

namespace huizhen::site {
namespace {

// How long the newest model of a plan is kept after its last round, for the next one to begin with.
constexpr std::chrono::hours kKeepNewest{7 * 24};
constexpr std::string_view kMyself = "huizhen-node";

}  // namespace

Result<std::unique_ptr<Context>> Context::open(const std::filesystem::path& state, const SiteParts& parts) {
    HZ_ASSIGN(SiteSettings settings, read_settings(state / kPolicyFileName));
    HZ_ASSIGN(KeyFolder keys, KeyFolder::open(state));
    HZ_ASSIGN(identity::Certificate root, keys.root());
    HZ_ASSIGN(SiteCertificate certificate, keys.certificate());
    HZ_ASSIGN(auto connection, database::Connection::open(state / kDatabaseName, database::Access::kWrite));
    HZ_TRY(migrate_state(*connection, *parts.clock));
    HZ_ASSIGN(const auto seed, keys.audit_seed(*parts.random));
    HZ_ASSIGN(auto audit, audit::Log::open(*connection, seed, *parts.clock, *parts.random));
    HZ_ASSIGN(auto objects, rpc::FileObjects::open_folder(state / "objects", settings.max_stored_bytes));
    HZ_ASSIGN(auto kept_files, objects::Store::open(state / "kept", *parts.ring, *parts.random));
    HZ_ASSIGN(auto enrolment, MembershipStore(*connection).enrolment());
    if (!enrolment || enrolment->state != Membership::kEnrolled)
        return fail(ErrorCode::kNotFound, "not-enrolled: run `huizhen-node enrol` first");
    HZ_ASSIGN(auto signer, identity::SiteSigner::create(certificate.key, certificate.who));
    auto own_signer = std::make_unique<identity::SiteSigner>(std::move(signer));
    std::unique_ptr<Context> context(new Context{state, parts, std::move(settings), std::move(keys),
                                                 std::move(connection), std::move(audit), std::move(objects),
                                                 std::move(kept_files), std::move(*enrolment),
                                                 std::move(certificate), std::move(own_signer)});
    HZ_ASSIGN(context->trust,
              Trust::open(std::move(root), context->certificate.chain_pem,
                          context->settings.policy.known_sites, context->membership, *parts.clock));
    HZ_TRY(context->models.restore());
    HZ_TRY(context->kept.sweep(*context->kept_files));
    HZ_TRY(context->sweep());
    // Updates that were masked and not yet noted when a crash came: they are made anew, or of no use.
    HZ_ASSIGN(const auto noted, context->rounds.objects());
    HZ_TRY(context->objects->keep_only(noted));
    return context;
}

Status Context::record(std::string_view what, std::string_view why) {
    const std::string_view cut = why.substr(0, audit::kMaxWhyBytes);
    return audit.append(*transaction,
                        {std::string(kMyself), std::string(what), "local", std::string(cut), {}});
}

Status Context::use(SiteCertificate fresh) {
    HZ_ASSIGN(auto fresh_signer, identity::SiteSigner::create(fresh.key, fresh.who));
    certificate = std::move(fresh);
    *signer = std::move(fresh_signer);
    return {};
}

rpc::TlsIdentity Context::tls_identity() const {
    return {trust->verifier().root().pem(), certificate.chain_pem,
            std::string(certificate.key.to_pem().reveal_secret("TLS presents the key"))};
}

Status Context::sweep() {
    HZ_ASSIGN(const auto unneeded, rounds.unneeded(wall_now(*parts.clock) - kKeepNewest));
    for (const Sha256Digest& digest : unneeded) {
        const Status removed = objects->remove(digest);
        if (!removed && removed.error().code() != ErrorCode::kNotFound) {
            log::warning("object-not-removed", {{"why", removed.error().message()}});
            continue;
        }
        HZ_TRY(rounds.forget(digest));
    }
    return {};
}

}  // namespace huizhen::site
