// What federation is worth: one model trained on all cases together, by plain averaging over the sites, and
// by each site alone, on the same patients kept back. In one process and without the protocol, so that a plan
// can be chosen here and only confirmed there.
//
// The tables of packaging/docs/federated-tasks.md:
//   bench_learning --data DIR/lidc-crops --folds 5 --sites "GE MEDICAL SYSTEMS,Philips,SIEMENS,TOSHIBA"
//   bench_learning --task report-stage/1 --data DIR/pathology-reports --folds 5 --sites "$HOSPITALS"
//     --strategy scaffold --optimizer sgd --rounds 60 --epochs 4 --batch 16 --rate 0.5 --last-rate 0.5
//     --momentum 0 --decay 0.002 --batch-clip 0
// with HOSPITALS="International Genomics Consortium,Asterand,Prince Charles Hospital,Indivumed,Christiana
// Healthcare,University of Pittsburgh,Roswell Park,Washington University - NYU,Mayo Clinic - Rochester,ABS -
// IUPUI,Ontario Institute for Cancer Research"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/check.h>
#include <huizhen/base/sha256.h>
#include <huizhen/learning/rate_schedule.h>
#include <huizhen/learning/tasks.h>
#include <huizhen/model_file/model_file.h>
#include <huizhen/node/cases/cohort.h>
#include <huizhen/training/metrics.h>

namespace huizhen {
namespace {

using learning::CaseSet;
using learning::HeadScores;
using learning::LearningTask;
using Weights = std::vector<float>;

struct Plan {
    std::string task = "ct-crops/1", optimizer = "adamw", strategy = "fedavg";
    std::filesystem::path data;
    std::vector<std::string> sites, only{"central", "federated", "alone"};
    std::vector<std::string>
        models;  // NAME=FILE,...: trained elsewhere, one a fold, as by the whole protocol
    int rounds = 30, epochs = 2, batch = 32, folds = 1, threads = 1;
    double rate = 2e-3, last_rate = 2e-4, momentum = 0.9, decay = 0.1, batch_clip = 1, mu = 0.01,
           server_rate = 1;
    std::uint64_t seed = 1;
};

template <typename T>
T must(Result<T> result) {
    if (!result) {
        std::cerr << result.error().to_string() << '\n';
        std::exit(1);
    }
    return *std::move(result);
}

learning::Mark plain_mark(std::string_view kind, std::string_view identifier) {
    const std::string text = std::string(kind) + '\n' + std::string(identifier);
    const auto digest = sha256(std::as_bytes(std::span(text.data(), text.size())));
    learning::Mark mark;
    std::copy_n(digest.begin(), mark.size(), mark.begin());
    return mark;
}

// A pool of scores whose patients keep apart.
void pool(std::vector<HeadScores>& into, const std::vector<HeadScores>& from) {
    into.resize(from.size());
    for (std::size_t head = 0; head < from.size(); ++head) {
        HeadScores& all = into[head];
        const int next =
            all.patients.empty() ? 0 : *std::max_element(all.patients.begin(), all.patients.end()) + 1;
        all.logits.insert(all.logits.end(), from[head].logits.begin(), from[head].logits.end());
        all.labels.insert(all.labels.end(), from[head].labels.begin(), from[head].labels.end());
        all.sizes_mm.insert(all.sizes_mm.end(), from[head].sizes_mm.begin(), from[head].sizes_mm.end());
        for (const int patient : from[head].patients) all.patients.push_back(next + patient);
    }
}

struct Site {
    std::string name;
    std::unique_ptr<LearningTask> task;
    Weights control;  // SCAFFOLD's c_i
};

class Experiment {
  public:
    Experiment(const Plan& plan, engine::Context& context) : plan_(plan), context_(context) {
        for (const std::string& name : plan.sites) {
            sets_.emplace_back(name, marked(must(node::read_cohort(plan.data, plan.task, name)), plain_mark));
        }
    }

    void run() {
        for (int fold = 0; fold < plan_.folds; ++fold) run_fold(fold);
        print();
    }

  private:
    std::unique_ptr<LearningTask> task_of(CaseSet set, int fold) {
        return must(learning::make_task(plan_.task, std::move(set), {fold, ""}, context_));
    }

    learning::TrainOptions options(int round, int site) const {
        learning::TrainOptions options;
        options.epochs = plan_.epochs;
        options.batch = plan_.batch;
        options.optimizer =
            plan_.optimizer == "adamw" ? learning::LocalOptimizer::kAdamW : learning::LocalOptimizer::kSgd;
        options.learning_rate = learning::learning_rate_at(plan_.rate, plan_.last_rate, round, plan_.rounds);
        options.momentum = plan_.momentum;
        options.decay = plan_.decay;
        options.batch_clip = plan_.batch_clip;
        options.seed = plan_.seed * 1'000'003 + static_cast<std::uint64_t>(round * 1000 + site);
        return options;
    }

    Weights train(LearningTask& task, const Weights& start, const learning::TrainOptions& how) {
        const auto before = std::chrono::steady_clock::now();
        auto result = must(task.train(start, how, {}, silent_progress()));
        seconds_[task.counts().cases] =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
        return std::move(result.weights);
    }

    Weights train_alone(LearningTask& task) {
        Weights weights = task.initial(plan_.seed);
        for (int round = 0; round < plan_.rounds; ++round) weights = train(task, weights, options(round, 0));
        return weights;
    }

    Weights train_federated(std::vector<Site>& sites) {
        Weights global = sites[0].task->initial(plan_.seed), control(global.size());
        for (Site& site : sites) site.control.assign(global.size(), 0.0F);
        for (int round = 0; round < plan_.rounds; ++round) {
            std::vector<double> sum(global.size()), control_sum(global.size());
            double samples = 0;
            for (std::size_t s = 0; s < sites.size(); ++s) {
                auto how = options(round, static_cast<int>(s));
                if (plan_.strategy == "fedprox") how.proximal_mu = plan_.mu;
                Weights correction;
                if (plan_.strategy == "scaffold") {
                    correction = control;
                    for (std::size_t i = 0; i < control.size(); ++i) correction[i] -= sites[s].control[i];
                    how.control_correction = correction;
                    how.want_mean_gradient = true;
                }
                const auto result = must(sites[s].task->train(global, how, {}, silent_progress()));
                double norm = 0;
                for (std::size_t i = 0; i < sum.size(); ++i) {
                    const double change = result.weights[i] - global[i];
                    norm += change * change;
                    largest_ = std::max(largest_, std::abs(change));
                    sum[i] += static_cast<double>(result.samples) * change;
                }
                norms_.push_back(std::sqrt(norm));
                samples += static_cast<double>(result.samples);
                if (!correction.empty()) {
                    for (std::size_t i = 0; i < control.size(); ++i) {
                        control_sum[i] += result.mean_gradient[i] - sites[s].control[i];
                    }
                    sites[s].control = result.mean_gradient;
                }
            }
            for (std::size_t i = 0; i < global.size(); ++i) {
                global[i] += static_cast<float>(plan_.server_rate * sum[i] / samples);
                control[i] += static_cast<float>(control_sum[i] / static_cast<double>(sites.size()));
            }
        }
        return global;
    }

    // Over all sites' held-out patients, and by site under "<name> @ <site>".
    void judge(const std::string& name, const Weights& weights, std::vector<Site>& sites) {
        for (Site& site : sites) {
            const auto evaluation = must(site.task->evaluate(weights, {}, silent_progress()));
            pool(pools_[name], evaluation.scores);
            pool(pools_[name + " @ " + site.name], evaluation.scores);
        }
        if (std::find(order_.begin(), order_.end(), name) == order_.end()) order_.push_back(name);
    }

    bool wants(const char* what) const {
        return std::find(plan_.only.begin(), plan_.only.end(), what) != plan_.only.end();
    }

    void run_fold(int fold) {
        std::vector<Site> sites;
        CaseSet all{plan_.task, {}};
        for (const auto& [name, set] : sets_) {
            all.cases.insert(all.cases.end(), set.cases.begin(), set.cases.end());
            sites.push_back({name, task_of(set, fold), {}});
            if (fold == 0) {
                const auto& counts = sites.back().task->counts();
                std::printf("%-40s %5zu cases %4zu patients, positives", name.c_str(), counts.cases,
                            counts.patients);
                for (const auto positives : counts.positives) std::printf(" %zu", positives);
                std::printf("\n");
            }
        }
        put_in_order(all);
        heads_ = sites[0].task->heads();
        if (fold == 0) std::printf("%zu parameters\n", sites[0].task->layout().size());
        if (wants("central")) judge("central", train_alone(*task_of(all, fold)), sites);
        if (wants("federated")) judge("federated", train_federated(sites), sites);
        if (wants("alone")) {
            for (Site& site : sites) judge("alone: " + site.name, train_alone(*site.task), sites);
        }
        for (const std::string& named : plan_.models) {
            const std::size_t equals = named.find('=');
            HZ_CHECK(equals != std::string::npos, "--model wants NAME=FILE");
            std::istringstream files(named.substr(equals + 1));
            std::string file;
            for (int k = 0; k <= fold; ++k)
                HZ_CHECK(std::getline(files, file, ','), "--model wants a file a fold");
            const auto model = must(model_file::ModelReader::open(file));
            judge(named.substr(0, equals), must(model.read_all()), sites);
        }
        std::fprintf(stderr, "fold %d done\n", fold);
    }

    void print() {
        for (std::size_t head = 0; head < heads_.size(); ++head) {
            std::printf(
                "\n%s, held-out patients of all sites: AUC (95 %%, bootstrap over patients), n, positives, "
                "Brier, ECE,"
                " calibration intercept and slope | AUC at each site\n",
                heads_[head].c_str());
            for (const std::string& name : order_) {
                const auto f = figures_of(heads_[head], pools_[name][head]);
                std::printf("%-48s %.3f [%.3f, %.3f]  %4llu %4llu  %.3f %.3f %+.2f %.2f |", name.c_str(),
                            f.auc, f.auc_low, f.auc_high, static_cast<unsigned long long>(f.n),
                            static_cast<unsigned long long>(f.positives), f.brier, f.ece,
                            f.calibration_intercept, f.calibration_slope);
                for (const auto& [site, set] : sets_) {
                    const HeadScores& own = pools_[name + " @ " + site][head];
                    std::printf(" %.3f", engine::auc(own.logits, own.labels));
                }
                std::printf("\n");
            }
            by_size(head);
        }
        for (const auto& [cases, seconds] : seconds_)
            std::printf("%zu cases: %.2f s per call\n", cases, seconds);
        if (!norms_.empty()) {
            std::sort(norms_.begin(), norms_.end());
            std::printf("norm of updates: median %.3f, 90 %% %.3f, max %.3f; largest value %.3f\n",
                        norms_[norms_.size() / 2], norms_[norms_.size() * 9 / 10], norms_.back(), largest_);
        }
    }

    // Malignancy in LIDC is mostly size: a model counts only where it beats the diameter alone.
    void by_size(std::size_t head) {
        for (const std::string& name : order_) {
            const HeadScores& scores = pools_[name][head];
            std::vector<double> sizes(scores.sizes_mm.begin(), scores.sizes_mm.end());
            if (std::any_of(sizes.begin(), sizes.end(), [](double s) { return std::isnan(s); })) return;
            if (name == order_.front()) {
                std::printf("diameter alone %.3f\n", engine::auc(sizes, scores.labels));
            }
            std::printf("  %-46s pairs of one size band %.3f (diameter %.3f)\n", name.c_str(),
                        engine::banded_auc(scores.logits, scores.labels, sizes),
                        engine::banded_auc(sizes, scores.labels, sizes));
        }
    }

    const Plan& plan_;
    engine::Context& context_;
    std::vector<std::pair<std::string, CaseSet>> sets_;
    std::vector<std::string> heads_, order_;
    std::map<std::string, std::vector<HeadScores>> pools_;
    std::map<std::size_t, double> seconds_;
    std::vector<double> norms_;
    double largest_ = 0;  // of one value of one update
};

int run(int argc, char** argv) {
    Plan plan;
    CLI::App program("Central, federated and alone, on the same patients kept back", "bench_learning");
    program.add_option("--task", plan.task)->capture_default_str();
    program.add_option("--data", plan.data)->required();
    program.add_option("--sites", plan.sites)->delimiter(',')->required();
    program.add_option("--only", plan.only)->delimiter(',');
    program.add_option("--model", plan.models,
                       "NAME=FILE,...: model files to judge beside the others, one a fold");
    program.add_option("--strategy", plan.strategy)->check(CLI::IsMember({"fedavg", "fedprox", "scaffold"}));
    program.add_option("--optimizer", plan.optimizer)->check(CLI::IsMember({"adamw", "sgd"}));
    program.add_option("--rounds", plan.rounds);
    program.add_option("--epochs", plan.epochs);
    program.add_option("--batch", plan.batch);
    program.add_option("--folds", plan.folds)->check(CLI::Range(1, learning::kFolds));
    program.add_option("--rate", plan.rate);
    program.add_option("--last-rate", plan.last_rate);
    program.add_option("--momentum", plan.momentum);
    program.add_option("--decay", plan.decay);
    program.add_option("--batch-clip", plan.batch_clip);
    program.add_option("--mu", plan.mu);
    program.add_option("--server-rate", plan.server_rate);
    program.add_option("--seed", plan.seed);
    program.add_option("--threads", plan.threads);
    CLI11_PARSE(program, argc, argv);
    Executor executor(static_cast<std::size_t>(plan.threads));
    engine::Context context(executor, {engine::cpu_backend(), engine::reference_backend()});
    Experiment(plan, context).run();
    return 0;
}

}  // namespace
}  // namespace huizhen

int main(int argc, char** argv) { return huizhen::run(argc, argv); }
