#pragma once

// All that the site's loop works with. The loop's thread alone, but for what says otherwise.

#include <memory>

#include <huizhen/audit/log.h>
#include <huizhen/vault/key_ring.h>

#include "jobs/training_job.h"
#include "keys/key_folder.h"
#include "policy/policy_file.h"
#include "service/model_keeper.h"
#include "service/trust.h"
#include "service/watch.h"
#include "state/kept_store.h"
#include "state/ledger_store.h"
#include "state/membership_store.h"
#include "state/model_store.h"
#include "state/round_store.h"

namespace huizhen::site {

// What the program brings along. Borrowed; outlives the site.
struct SiteParts {
    const Clock* clock = &system_clock();
    RandomSource* random = &system_random();
    const vault::KeyRing* ring = nullptr;  // seals seeds and kept vectors
    TaskSource* tasks = nullptr;
    Executor* compute = nullptr;
    std::string software_version;
};

struct Context {
    // Opens, or brings up to date, everything in the folder. kNotFound, "not-enrolled". kUnavailable,
    // "in-use": another process has it.
    static Result<std::unique_ptr<Context>> open(const std::filesystem::path& state, const SiteParts& parts);

    std::filesystem::path folder;
    SiteParts parts;
    SiteSettings settings;
    KeyFolder keys;
    std::unique_ptr<database::Connection> connection;
    audit::Log audit;
    std::unique_ptr<rpc::FileObjects> objects;   // any thread
    std::unique_ptr<objects::Store> kept_files;  // any thread
    Enrolment enrolment;
    SiteCertificate certificate;
    std::unique_ptr<identity::SiteSigner> signer;  // any thread

    Watch watch{*parts.clock};  // any thread
    RoundStore rounds{*connection};
    LedgerStore ledger{*connection};
    KeptStore kept{*connection};
    MembershipStore membership{*connection};
    ModelStore model_rows{*connection};
    ModelKeeper models{model_rows, settings.new_models, *parts.clock};
    std::unique_ptr<Trust> trust{};                      // any thread, as far as check() goes
    const database::Transaction* transaction = nullptr;  // of the batch

    rounds::SiteId self() const { return rounds::SiteId(enrolment.site); }
    JobTools job_tools() { return {parts.tasks, objects.get(), kept_files.get(), parts.compute}; }
    // Into the audit, in the batch's transaction.
    Status record(std::string_view what, std::string_view why);
    Status use(SiteCertificate fresh);
    rpc::TlsIdentity tls_identity() const;
    // What a plan needs no more goes from the disk.
    Status sweep();
};

}  // namespace huizhen::site
