#include "round_values.h"

namespace huizhen::rpc {

using namespace rounds;

namespace {

// Of one entry: a message of the longest kind, or the rows of all sites.
constexpr std::size_t kMaxInputBytes = 32 << 20;
constexpr std::size_t kMaxResultBytes = std::size_t{1} << 30;

std::int64_t unix_ms(WallTime time) { return time.time_since_epoch().count(); }
WallTime wall(std::int64_t unix_ms) { return WallTime(std::chrono::milliseconds(unix_ms)); }

void write_message(const Message& message, wire::Message* out) {
    out->set_plan(message.round.plan.str());
    out->set_round(message.round.number);
    out->set_step(number_of(step_of(message.body)));
    out->set_body(text_of(encode_body(message.body)));
}

Result<Message> read_kept(const wire::Message& in) {
    const std::string& body = in.body();
    return read_message(in.plan(), in.round(), in.step(),
                        {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
}

struct WriteCoordinatorEvent {
    wire::CoordinatorInput* out;

    void operator()(const FromSite& from) const {
        out->mutable_from_site()->set_site(from.site.str());
        write_message(from.message, out->mutable_from_site()->mutable_message());
    }
    void operator()(const Close& close) const {
        out->mutable_close()->set_phase(number_of(close.phase));
        for (const Close::Missing& missing : close.missing) {
            auto* one = out->mutable_close()->add_missing();
            one->set_site(missing.site.str());
            one->set_cause(number_of(missing.cause));
        }
    }
    void operator()(const SiteRevoked& revoked) const { out->set_site_revoked(revoked.site.str()); }
    void operator()(const Abort& abort) const {
        out->mutable_abort()->set_who(reason_text(abort.who));
        out->mutable_abort()->set_why(reason_text(abort.why));
    }
    void operator()(const Installed& installed) const {
        write_object(installed.model, out->mutable_installed()->mutable_model());
        if (installed.state) write_object(*installed.state, out->mutable_installed()->mutable_state());
    }
    void operator()(const NotInstalled& not_installed) const {
        out->set_not_installed(reason_text(not_installed.reason));
    }
};

Result<Close> read_close(const wire::Close& in) {
    if (in.missing_size() > static_cast<int>(kMaxInvited)) return too_large("number of sites");
    Close close;
    HZ_ASSIGN(close.phase, read_kind(in.phase(), Phase::kKeys, Phase::kDone, "a phase"));
    for (const wire::Close::Missing& one : in.missing()) {
        Close::Missing missing;
        HZ_ASSIGN(missing.site, read_site(one.site()));
        HZ_ASSIGN(missing.cause, read_kind(one.cause(), Cause::kDeclined, Cause::kGroupLost, "a cause"));
        close.missing.push_back(std::move(missing));
    }
    return close;
}

struct WriteSiteEvent {
    wire::SiteInput* out;

    void operator()(const FromCoordinator& from) const {
        write_message(from.message, out->mutable_from_coordinator());
    }
    void operator()(const Fetched& fetched) const { write_object(fetched.object, out->mutable_fetched()); }
    void operator()(const Masked& masked) const { write_object(masked.object, out->mutable_masked()); }
    void operator()(const Uploaded& uploaded) const {
        write_object(uploaded.object, out->mutable_uploaded());
    }
    void operator()(
        const Evaluated& evaluated) const {  // One byte too many tells a replay that the row was too long.
        const std::size_t most = std::min(evaluated.row.size(), kMaxRowBytes + 1);
        out->set_evaluated(text_of(BytesView(evaluated.row).first(most)));
    }
    void operator()(const JobFailed& failed) const { out->set_job_failed(reason_text(failed.reason)); }
};

}  // namespace

Bytes encode(const TrainingPlan& plan) {
    wire::TrainingPlan out;
    write_plan(plan, &out);
    return serialised(out);
}

Result<TrainingPlan> decode_plan(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::TrainingPlan>(bytes, kMaxInputBytes));
    return read_plan(in);
}

Bytes encode(const RoundSetup& setup) {
    wire::RoundSetup out;
    write_plan(setup.plan, out.mutable_plan());
    out.set_number(setup.number);
    out.set_iteration(setup.iteration);
    out.set_attempt(setup.attempt);
    write_object(setup.model, out.mutable_model());
    if (setup.state) write_object(*setup.state, out.mutable_state());
    out.set_words(setup.words);
    write_invited(setup.invited, out.mutable_invited());
    out.set_seed(setup.seed.data(), setup.seed.size());
    out.set_at_unix_ms(unix_ms(setup.at));
    return serialised(out);
}

Result<RoundSetup> decode_setup(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::RoundSetup>(bytes, kMaxResultBytes));
    RoundSetup setup;
    HZ_ASSIGN(setup.plan, read_plan(in.plan()));
    setup.number = in.number();
    setup.iteration = in.iteration();
    setup.attempt = in.attempt();
    HZ_ASSIGN(setup.model, read_object(in.model()));
    if (in.has_state()) {
        HZ_ASSIGN(setup.state, read_object(in.state()));
    }
    setup.words = in.words();
    HZ_ASSIGN(setup.invited, read_invited(in.invited()));
    HZ_ASSIGN(setup.seed, read_digest(in.seed()));
    setup.at = wall(in.at_unix_ms());
    return setup;
}

Bytes encode(const CoordinatorInput& input) {
    wire::CoordinatorInput out;
    out.set_at_unix_ms(unix_ms(input.at));
    std::visit(WriteCoordinatorEvent{&out}, input.event);
    return serialised(out);
}

Result<CoordinatorInput> decode_coordinator_input(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::CoordinatorInput>(bytes, kMaxInputBytes));
    CoordinatorInput input;
    input.at = wall(in.at_unix_ms());
    switch (in.event_case()) {
        case wire::CoordinatorInput::kFromSite: {
            FromSite from;
            HZ_ASSIGN(from.site, read_site(in.from_site().site()));
            HZ_ASSIGN(from.message, read_kept(in.from_site().message()));
            input.event = std::move(from);
            break;
        }
        case wire::CoordinatorInput::kClose: {
            HZ_ASSIGN(input.event, read_close(in.close()));
            break;
        }
        case wire::CoordinatorInput::kSiteRevoked: {
            SiteRevoked revoked;
            HZ_ASSIGN(revoked.site, read_site(in.site_revoked()));
            input.event = std::move(revoked);
            break;
        }
        case wire::CoordinatorInput::kAbort: {
            Abort abort;
            HZ_ASSIGN(abort.who, read_reason(in.abort().who()));
            HZ_ASSIGN(abort.why, read_reason(in.abort().why()));
            input.event = std::move(abort);
            break;
        }
        case wire::CoordinatorInput::kInstalled: {
            Installed installed;
            HZ_ASSIGN(installed.model, read_object(in.installed().model()));
            if (in.installed().has_state()) {
                HZ_ASSIGN(installed.state, read_object(in.installed().state()));
            }
            input.event = std::move(installed);
            break;
        }
        case wire::CoordinatorInput::kNotInstalled: {
            NotInstalled not_installed;
            HZ_ASSIGN(not_installed.reason, read_reason(in.not_installed()));
            input.event = std::move(not_installed);
            break;
        }
        case wire::CoordinatorInput::EVENT_NOT_SET: return malformed("an input without an event");
    }
    return input;
}

Bytes encode(const RoundResult& result) {
    wire::RoundResult out;
    out.set_plan(result.round.plan.str());
    out.set_number(result.round.number);
    out.set_iteration(result.iteration);
    out.set_attempt(result.attempt);
    if (result.model) write_object(*result.model, out.mutable_model());
    if (result.failure) write_failure(*result.failure, out.mutable_failure());
    if (result.state) write_object(*result.state, out.mutable_state());
    write_sites(result.included, out.mutable_included());
    for (const auto& group : result.groups) write_sites(group, out.add_groups()->mutable_sites());
    for (const Absence& absence : result.absences) write_absence(absence, out.add_absences());
    for (const auto& [site, row] : result.evaluations) {
        wire::Row* one = out.add_evaluations();
        one->set_site(site.str());
        one->set_row(text_of(row));
    }
    out.set_started_unix_ms(unix_ms(result.started));
    out.set_ended_unix_ms(unix_ms(result.ended));
    return serialised(out);
}

Result<RoundResult> decode_result(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::RoundResult>(bytes, kMaxResultBytes));
    RoundResult result;
    HZ_ASSIGN(result.round.plan, read_plan_id(in.plan()));
    result.round.number = in.number();
    result.iteration = in.iteration();
    result.attempt = in.attempt();
    if (in.has_model()) {
        HZ_ASSIGN(result.model, read_object(in.model()));
    }
    if (in.has_failure()) {
        HZ_ASSIGN(result.failure, read_failure(in.failure()));
    }
    if (in.has_state()) {
        HZ_ASSIGN(result.state, read_object(in.state()));
    }
    HZ_ASSIGN(result.included, read_sites(in.included()));
    if (in.groups_size() > static_cast<int>(kMaxGroups)) return too_large("number of groups");
    for (const wire::Group& one : in.groups()) {
        HZ_ASSIGN(auto sites, read_sites(one.sites()));
        result.groups.push_back(std::move(sites));
    }
    HZ_ASSIGN(result.absences, read_absences(in.absences()));
    if (in.evaluations_size() > static_cast<int>(kMaxInvited)) return too_large("number of rows");
    for (const wire::Row& one : in.evaluations()) {
        HZ_ASSIGN(const SiteId site, read_site(one.site()));
        HZ_ASSIGN(Bytes row, read_bytes(one.row(), kMaxRowBytes, "a row"));
        if (!result.evaluations.emplace(site, std::move(row)).second) return malformed("a row twice");
    }
    result.started = wall(in.started_unix_ms());
    result.ended = wall(in.ended_unix_ms());
    return result;
}

Bytes encode(const SiteSetup& setup) {
    wire::SiteSetup out;
    out.set_self(setup.self.str());
    write_message(setup.first, out.mutable_first());
    if (setup.refusal) out.set_refusal(reason_text(*setup.refusal));
    out.set_at_unix_ms(unix_ms(setup.at));
    return serialised(out);
}

Result<SiteSetup> decode_site_setup(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::SiteSetup>(bytes, kMaxInputBytes));
    SiteSetup setup;
    HZ_ASSIGN(setup.self, read_site(in.self()));
    HZ_ASSIGN(setup.first, read_kept(in.first()));
    if (in.has_refusal()) {
        HZ_ASSIGN(setup.refusal, read_reason(in.refusal()));
    }
    setup.at = wall(in.at_unix_ms());
    return setup;
}

Bytes encode(const SiteInput& input) {
    wire::SiteInput out;
    out.set_at_unix_ms(unix_ms(input.at));
    std::visit(WriteSiteEvent{&out}, input.event);
    return serialised(out);
}

Result<SiteInput> decode_site_input(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::SiteInput>(bytes, kMaxInputBytes));
    SiteInput input;
    input.at = wall(in.at_unix_ms());
    const auto object = [&](const wire::Object& one, auto event) -> Status {
        HZ_ASSIGN(event.object, read_object(one));
        input.event = event;
        return {};
    };
    switch (in.event_case()) {
        case wire::SiteInput::kFromCoordinator: {
            FromCoordinator from;
            HZ_ASSIGN(from.message, read_kept(in.from_coordinator()));
            input.event = std::move(from);
            break;
        }
        case wire::SiteInput::kFetched: HZ_TRY(object(in.fetched(), Fetched{})); break;
        case wire::SiteInput::kMasked: HZ_TRY(object(in.masked(), Masked{})); break;
        case wire::SiteInput::kUploaded: HZ_TRY(object(in.uploaded(), Uploaded{})); break;
        case wire::SiteInput::kEvaluated: {
            Evaluated evaluated;
            HZ_ASSIGN(evaluated.row, read_bytes(in.evaluated(), kMaxRowBytes + 1, "a row"));
            input.event = std::move(evaluated);
            break;
        }
        case wire::SiteInput::kJobFailed: {
            JobFailed failed;
            HZ_ASSIGN(failed.reason, read_reason(in.job_failed()));
            input.event = std::move(failed);
            break;
        }
        case wire::SiteInput::EVENT_NOT_SET: return malformed("an input without an event");
    }
    return input;
}

}  // namespace huizhen::rpc
