#pragma once

// Three sites and a coordinator without a network, to the sum: real rounds and real jobs, one after the
// other.

#include <deque>

#include <gtest/gtest.h>

#include <huizhen/aggregation/strategy.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/compression/update_codec.h>
#include <huizhen/exchange/exchange.h>
#include <huizhen/learning/tasks.h>
#include <huizhen/rounds/coordinator_round.h>
#include <huizhen/rounds/site_round.h>
#include <huizhen/rpc/file_objects.h>
#include <huizhen/test_support/data.h>

#include "fixtures.h"
#include "jobs/training_job.h"

namespace huizhen::site {

inline constexpr const char* kTask = "synthetic-linear/1";

// Drawn cases, other ones at each site.
class DrawnTasks final : public TaskSource {
  public:
    explicit DrawnTasks(std::string site) : site_(std::move(site)) {}
    std::vector<std::string> offered() const override { return {kTask}; }
    Status can_learn(const std::string&) const override { return {}; }
    Result<std::unique_ptr<learning::LearningTask>> make(const std::string& task) override {
        learning::TaskSettings settings;
        settings.site = site_;
        return learning::make_task(task, {}, settings, context_);
    }

  private:
    std::string site_;
    Executor executor_{1};
    engine::Context context_{executor_, {engine::reference_backend()}};
};

inline rounds::ObjectRef put_start_model(rpc::FileObjects& objects, const std::filesystem::path& work,
                                         std::uint64_t seed = 1) {
    DrawnTasks tasks("nobody");
    const auto task = tasks.make(kTask).value();
    model_file::ModelHeader header;
    header.task = kTask;
    for (const learning::ParameterBlock& block : task->layout().blocks()) {
        const bool norm = block.kind == learning::ParameterKind::kNorm;
        header.tensors.push_back({block.name,
                                  {static_cast<std::int64_t>(block.count)},
                                  norm ? model_file::TensorKind::kNorm : model_file::TensorKind::kWeight});
    }
    auto writer = model_file::ModelWriter::create(work / "start", header).value();
    EXPECT_TRUE(writer.append(task->initial(seed)));
    const auto written = writer.finish().value();
    EXPECT_TRUE(objects.take_over(work / "start", written.digest));
    return {written.digest, written.bytes};
}

inline rounds::TrainingPlan training_plan(const rounds::ObjectRef& model) {
    rounds::TrainingPlan plan = rounds::plan_for(3);
    plan.task = kTask;
    plan.start_model = model;
    plan.learning.learning_rate = 0.1;
    plan.learning.local_epochs = 2;
    plan.codec.clip = 4;
    plan.codec.weigh_by_samples = false;
    return plan;
}

class ThreeSites {
  public:
    struct One {
        explicit One(const std::filesystem::path& folder, const vault::KeyRing& ring, std::size_t number)
            : tasks(rounds::site_id(number).str()),
              kept(objects::Store::open(folder, ring, system_random()).value()) {}
        DrawnTasks tasks;
        std::unique_ptr<objects::Store> kept;
        KeptVectors present;
        std::optional<rounds::SiteRound> round;
        std::optional<TrainingDone> done;
    };

    ThreeSites() {
        model = put_start_model(*files, folder.path());
        plan = training_plan(model);
        for (std::size_t i = 0; i < 3; ++i) {
            sites.push_back(std::make_unique<One>(folder.path() / ("kept-" + std::to_string(i)), ring, i));
        }
    }

    JobTools tools(std::size_t i) { return {&sites[i]->tasks, files.get(), sites[i]->kept.get(), &executor}; }
    model_file::ModelHeader header() const {
        return model_file::ModelReader::open(files->path_of(model.digest)).value().header();
    }
    aggregation::Strategy strategy() const { return exchange::strategy_of(plan, header()).value(); }

    // Opens the next round and goes on until every site may train.
    void open_round() {
        rounds::RoundSetup setup = rounds::setup_for(plan);
        setup.number = ++number;
        setup.model = model;
        setup.state = state;
        const auto codec = exchange::codec_of(plan, 3);
        setup.words = compression::words_for(codec, strategy().upload_values());
        coordinator.emplace(
            rounds::CoordinatorRound::open(setup, {&enrolled.directory(), &uploads, &executor}).value());
        for (auto& site : sites) site->round.reset();
        act(coordinator->pending());
        hand_over();
    }

    std::optional<rounds::TrainAndMask> work_of(std::size_t i) const {
        for (const rounds::SiteOutput& output : sites[i]->round->pending())
            if (const auto* work = std::get_if<rounds::TrainAndMask>(&output)) return *work;
        return std::nullopt;
    }

    Result<TrainingDone> train(std::size_t i) {
        const auto work = work_of(i);
        EXPECT_TRUE(work);
        return train_and_mask(sites[i]->round->name(), *work, sites[i]->present, tools(i), {},
                              silent_progress());
    }

    // Everybody trains; the mean over all, as the coordinator decodes it.
    std::vector<float> mean_of_round() {
        open_round();
        for (std::size_t i = 0; i < 3; ++i) {
            auto done = train(i);
            EXPECT_TRUE(done) << done.error().to_string();
            if (!done) return {};
            sites[i]->done = *done;
            give(i, rounds::Masked{done->masked});
        }
        hand_over();
        EXPECT_EQ(coordinator->phase(), rounds::Phase::kAggregate);
        const auto sums = coordinator->sums();
        const auto codec =
            compression::UpdateCodec::make(exchange::codec_of(plan, 3), strategy().upload_values(),
                                           {plan.id.str(), number, {}})
                .value();
        return codec.decode(sums.at(0).words, 3).value().values;
    }

    template <typename Event>
    void give(std::size_t i, Event event) {
        act(i, sites[i]->round->apply({rounds::kStart, std::move(event)}).outputs);
    }

    testing::TemporaryFolder folder;
    vault::KeyRing ring = vault::KeyRing::generate(system_random());
    Executor executor{1};
    std::unique_ptr<rpc::FileObjects> files =
        rpc::FileObjects::open_folder(folder.path() / "objects").value();
    rounds::Enrolled enrolled{3};
    rounds::MemoryUploads uploads;
    rounds::ObjectRef model;
    std::optional<rounds::ObjectRef> state;
    rounds::TrainingPlan plan;
    std::uint64_t number = 0;
    std::vector<std::unique_ptr<One>> sites;
    std::optional<rounds::CoordinatorRound> coordinator;

  private:
    void hand_over() {
        while (!way_.empty()) {
            auto [to_site, i, message] = std::move(way_.front());
            way_.pop_front();
            if (!to_site) {
                act(coordinator->apply({rounds::kStart, rounds::FromSite{rounds::site_id(i), message}})
                        .outputs);
            } else if (sites[i]->round) {
                give(i, rounds::FromCoordinator{message});
            } else {
                const rounds::SiteSetup setup{rounds::site_id(i), message, {}, rounds::kStart};
                const auto seed =
                    rounds::secret_of("seed " + std::to_string(i) + ' ' + std::to_string(number));
                sites[i]->round.emplace(
                    rounds::SiteRound::open(setup, seed, {&enrolled.signer(i), &enrolled.directory()})
                        .value());
                act(i, sites[i]->round->pending());
            }
        }
    }
    void act(const std::vector<rounds::CoordinatorOutput>& outputs) {
        for (const auto& output : outputs) {
            const auto* send = std::get_if<rounds::Send>(&output);
            if (send == nullptr) continue;
            for (const auto& site : send->sites)
                way_.emplace_back(true, std::stoul(site.str().substr(5)), send->message);
        }
    }
    void act(std::size_t i, const std::vector<rounds::SiteOutput>& outputs) {
        for (const auto& output : outputs) {
            if (const auto* reply = std::get_if<rounds::Reply>(&output)) {
                way_.emplace_back(false, i, reply->message);
            } else if (const auto* fetch = std::get_if<rounds::Fetch>(&output)) {
                give(i, rounds::Fetched{fetch->object});
            } else if (const auto* put = std::get_if<rounds::PutObject>(&output)) {
                auto source = files->open(put->object.digest).value();
                std::vector<std::uint32_t> words(put->object.bytes / 4);
                EXPECT_TRUE(
                    source->read(0, {reinterpret_cast<std::uint8_t*>(words.data()), put->object.bytes}));
                uploads.put(put->object, std::move(words));
                give(i, rounds::Uploaded{put->object});
            }
        }
    }
    std::deque<std::tuple<bool, std::size_t, rounds::Message>> way_;
};

}  // namespace huizhen::site
