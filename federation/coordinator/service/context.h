#pragma once

// All that the coordinator's loop works with. The loop's thread alone, but for what says otherwise.

#include <map>
#include <memory>

#include <huizhen/audit/log.h>

#include "authority/key_folder.h"
#include "config/config.h"
#include "members/members.h"
#include "members/roster.h"
#include "service/grants.h"
#include "service/outbox.h"
#include "service/peers.h"
#include "service/plan_runner.h"
#include "service/presence.h"
#include "service/uploads.h"
#include "state/model_store.h"
#include "state/plan_store.h"
#include "state/schedule_store.h"

namespace huizhen::coordinator {

struct Context {
    // Opens, or brings up to date, everything in the folder. kUnavailable, "in-use": another process has it.
    static Result<std::unique_ptr<Context>> open(const std::filesystem::path& folder, const Clock& clock,
                                                 RandomSource& random);

    std::filesystem::path folder;
    Config config;
    const Clock& clock;
    RandomSource& random;
    KeyFolder keys;
    identity::PeerVerifier verifier;  // any thread
    std::unique_ptr<database::Connection> connection;
    audit::Log audit;
    std::unique_ptr<rpc::FileObjects> objects;  // any thread

    Roster roster{keys.revoked_issuers()};  // read on any thread
    Peers peers{verifier, roster, clock};   // any thread
    Members members{*connection, keys.authority(), random};
    PlanStore plans{*connection};
    ModelStore models{*connection};
    ScheduleStore schedules{*connection};
    Uploads uploads{*objects};
    Grants grants{};           // any thread
    Presence presence{clock};  // any thread
    Executor executor{};       // any thread
    Outbox* outbox = nullptr;
    const database::Transaction* transaction = nullptr;            // of the batch
    std::map<std::string, std::unique_ptr<PlanRunner>> runners{};  // kept until the program ends
    // By plan, why it cannot be read: damaged, or of a newer version. It stands still; the others go on.
    std::map<std::string, std::string> unreadable{};
    identity::Time started{clock.now()};

    identity::Time now() const { return clock.now(); }
    RunnerTools runner_tools();
    // In the batch that issued or revoked: once it is committed, sites and callers see it.
    void certificates_changed();
    // What the root's owner has decided while this program was not running.
    Status let_issuers_fall();
    // Into the audit, in the batch's transaction.
    Status record(const audit::Event& event);
};

}  // namespace huizhen::coordinator
