#include "context.h"

#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

// A site shows its own certificate alone, which a former issuing key may have signed.
Result<identity::PeerVerifier> verifier_of(const KeyFolder& keys, database::Connection& connection,
                                           RandomSource& random) {
    HZ_ASSIGN(const auto issuers, Members(connection, keys.authority(), random).issuers());
    return identity::PeerVerifier::create(keys.authority().root(), issuers);
}

}  // namespace

Result<std::unique_ptr<Context>> Context::open(const std::filesystem::path& folder, const Clock& clock,
                                               RandomSource& random) {
    HZ_ASSIGN(KeyFolder keys, KeyFolder::open(folder / "keys"));
    HZ_ASSIGN(Config config, read_config(folder / "coordinator.toml"));
    HZ_ASSIGN(auto connection,
              database::Connection::open(folder / "coordinator.db", database::Access::kWrite));
    HZ_TRY(migrate_state(*connection, clock));
    HZ_ASSIGN(auto verifier, verifier_of(keys, *connection, random));
    HZ_ASSIGN(auto audit, audit::Log::open(*connection, keys.audit_seed(), clock, random));
    HZ_ASSIGN(auto objects, rpc::FileObjects::open_folder(folder / "objects", config.max_stored_bytes));
    std::unique_ptr<Context> context(new Context{folder, std::move(config), clock, random, std::move(keys),
                                                 std::move(verifier), std::move(connection), std::move(audit),
                                                 std::move(objects)});
    HZ_TRY(context->let_issuers_fall());
    HZ_TRY(context->roster.refresh(context->members));
    return context;
}

RunnerTools Context::runner_tools() {
    RunnerTools tools;
    tools.clock = &clock;
    tools.random = &random;
    tools.plans = &plans;
    tools.models = &models;
    tools.members = &members;
    tools.verifier = &verifier;
    tools.objects = objects.get();
    tools.uploads = &uploads;
    tools.grants = &grants;
    tools.presence = &presence;
    tools.listening_since = std::chrono::floor<std::chrono::milliseconds>(started);
    tools.executor = &executor;
    tools.outbox = outbox;
    tools.work = folder / "work";
    return tools;
}

void Context::certificates_changed() {
    outbox->after_commit([this] {
        if (const Status read = roster.refresh(members); !read) outbox->fail(read.error());
    });
}

Status Context::let_issuers_fall() {
    HZ_ASSIGN(auto batch, connection->begin());
    HZ_ASSIGN(const std::int64_t fallen, members.revoke_issued_by(keys.revoked_issuers(), now()));
    if (fallen == 0) return {};
    HZ_TRY(
        audit.append(batch, {"coordinator",
                             "revoke-issuer",
                             "local",
                             std::to_string(fallen) + " certificates fell with a key that the root revoked",
                             {}}));
    return batch.commit();
}

Status Context::record(const audit::Event& event) { return audit.append(*transaction, event); }

}  // namespace huizhen::coordinator
