#include "simulation.h"

#include <algorithm>

#include <federation/v1/coordinator.pb.h>
#include <fmt/format.h>

#include <huizhen/backend_reference/backend.h>

#include "plans/initial_model.h"
#include "plans/plan_definition.h"
#include "simulation/federation.h"
#include "simulation/local_training.h"
#include "simulation/temporary_folder.h"

namespace huizhen::coordinator::simulation {
namespace {

namespace v1 = federation::v1;

constexpr std::string_view kMeasuring = "measuring";

bool is_share(double value) { return value >= 0 && value <= 1; }

Status check(const Options& options) {
    const Faults& faults = options.faults;
    if (!is_share(faults.drop) || !is_share(faults.duplicate) || !is_share(faults.crash) ||
        !is_share(faults.dropout) || faults.drop > 0.9 || faults.crash > 0.5) {
        return fail(ErrorCode::kInvalidArgument,
                    "shares and chances lie between 0 and 1; nothing is ever done where more than 0.9 of all "
                    "messages are lost or a program dies at more than every other input");
    }
    return {};
}

// The plan's own, or numbered ones. Ascending.
Result<std::vector<rounds::SiteId>> sites_of(const v1::Plan& plan, std::size_t count) {
    std::vector<rounds::SiteId> sites;
    for (const std::string& name : plan.sites()) sites.emplace_back(name);
    for (std::size_t i = 0; plan.sites().empty() && i < count; ++i)
        sites.emplace_back(fmt::format("site-{:04}", i + 1));
    std::ranges::sort(sites);
    if (std::ranges::adjacent_find(sites) != sites.end())
        return fail(ErrorCode::kInvalidArgument, "plan-refused: a site is named twice");
    return sites;
}

Status check_strategy(const rounds::TrainingPlan& plan) {
    const rounds::StrategyKind kind = plan.strategy.kind;
    if (kind != rounds::StrategyKind::kScaffold && kind != rounds::StrategyKind::kFedBn) return {};
    return fail(ErrorCode::kUnsupported,
                fmt::format("not-simulated: with {} the sites keep vectors of their own, which a simulation "
                            "does not; simulate fedavg, fedprox or fedadam",
                            rounds::strategy_name(kind)));
}

Result<std::vector<HeadReport>> measure(const rounds::TrainingPlan& plan, const rounds::ObjectRef& model,
                                        Surroundings& around, ProgressSink& progress) {
    HZ_ASSIGN(const auto weights, read_model(model, around));
    struct Pooled {
        std::vector<double> logits;
        std::vector<int> labels, patients;
    };
    std::vector<Pooled> pooled;
    std::vector<std::string> names;
    int patients = 0;
    std::size_t done = 0;
    for (const rounds::SiteId& site : plan.invited) {
        progress.advance(kMeasuring, done++, plan.invited.size());
        HZ_ASSIGN(const auto task, make_task_of(plan.task, site, around));
        HZ_ASSIGN(const auto evaluation, task->evaluate(weights, around.stop, silent_progress()));
        names = task->heads();
        pooled.resize(names.size());
        const int before = patients;
        for (std::size_t head = 0; head < names.size(); ++head) {
            const learning::HeadScores& scores = evaluation.scores[head];
            Pooled& all = pooled[head];
            all.logits.insert(all.logits.end(), scores.logits.begin(), scores.logits.end());
            all.labels.insert(all.labels.end(), scores.labels.begin(), scores.labels.end());
            for (const int patient : scores.patients) {
                all.patients.push_back(before + patient);
                patients = std::max(patients, before + patient + 1);
            }
        }
    }
    std::vector<HeadReport> heads;
    for (std::size_t head = 0; head < names.size(); ++head) {
        const Pooled& all = pooled[head];
        heads.push_back({names[head], all.labels.size(),
                         static_cast<std::size_t>(std::ranges::count(all.labels, 1)),
                         acceptance::auc_interval(all.logits, all.labels, all.patients)});
    }
    return heads;
}

}  // namespace

v1::Plan standard_plan() {
    v1::Plan plan;
    plan.set_id("simulation");
    plan.set_task("synthetic-linear/1");
    plan.set_rounds(3);
    plan.mutable_training()->set_learning_rate(0.1);
    return plan;
}

std::vector<std::string> stages_of(const v1::Plan& plan) {
    std::vector<std::string> stages;
    for (std::uint32_t round = 1; round <= plan.rounds(); ++round)
        stages.push_back(fmt::format("round {} of {}", round, plan.rounds()));
    stages.emplace_back(kMeasuring);
    return stages;
}

Result<Report> simulate(v1::Plan wished, const Options& options,
                        const std::function<void(const RoundReport&)>& on_round, const std::stop_token& stop,
                        ProgressSink& progress) {
    HZ_TRY(check(options));
    fill_defaults(wished);
    PlanGround ground;
    HZ_ASSIGN(ground.enrolled, sites_of(wished, options.sites));

    HZ_ASSIGN(const TemporaryFolder folder, TemporaryFolder::create());
    Executor executor;
    engine::Context engine(executor, {engine::reference_backend()});
    Surroundings around(options.seed, options.faults);
    HZ_ASSIGN(around.objects, rpc::FileObjects::open_folder(folder.path() / "objects"));
    around.work = folder.path() / "work";
    around.executor = &executor;
    around.engine = &engine;
    around.stop = stop;
    HZ_ASSIGN(const InitialModel initial,
              make_initial_model(wished.task(), options.seed, *around.objects, executor, around.work));
    ground.model = initial.model;
    HZ_ASSIGN(const rounds::TrainingPlan plan, to_training(wished, ground));
    HZ_TRY(check_strategy(plan));
    HZ_TRY(make_task_of(plan.task, plan.invited.front(), around));

    Federation federation(plan.invited, around);
    federation.draw_vanishings(plan.iterations);
    HZ_ASSIGN(rounds::PlanRun run, rounds::PlanRun::restore(plan, {}));
    const std::vector<std::string> stages = stages_of(wished);
    Report report;
    while (const auto next = run.next()) {
        HZ_ASSIGN(rounds::RoundResult result,
                  federation.play(plan, *next, stages[next->iteration - 1], progress));
        report.rounds.push_back(federation.report_of(result));
        if (on_round) on_round(report.rounds.back());
        HZ_TRY(run.add(std::move(result)));
    }
    report.failure = run.failure().value_or("");
    report.model = to_hex(run.model().digest);
    report.sites = plan.invited.size();
    report.vanished = federation.vanished();
    HZ_ASSIGN(report.heads, measure(plan, run.model(), around, progress));
    return report;
}

}  // namespace huizhen::coordinator::simulation
