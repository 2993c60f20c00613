#pragma once

// A coordinator's state without its loop, its port and its threads: one batch that a test commits when it
// likes.

#include <fstream>

#include <federation/v1/coordinator.pb.h>
#include <gtest/gtest.h>

#include <huizhen/acceptance/site_row.h>
#include <huizhen/exchange/site_row_codec.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/rpc/round_codec.h>
#include <huizhen/test_support/data.h>

#include "plans/initial_model.h"
#include "plans/plan_book.h"
#include "service/batch.h"
#include "service/context.h"
#include "state/schema.h"

namespace huizhen::coordinator {

class SmallOutbox final : public Outbox {
  public:
    explicit SmallOutbox(database::Connection& connection) : connection_(connection) {}
    void send(const std::vector<rounds::SiteId>&, const rounds::Message&) override {}
    void tell_all(std::string name, std::string) override {
        after_commit([this, name] { told.push_back(name); });
    }
    void after_commit(std::function<void()> action) override { batch_.after_commit(std::move(action)); }
    void on_undo(std::function<void()> action) override { batch_.on_undo(std::move(action)); }
    Status whole_or_nothing(const std::function<Status()>& part) override {
        Batch::Outcome done = batch_.whole_or_nothing(connection_, part);
        if (!done.kept) fail(done.kept.error());
        return std::move(done.part);
    }
    void fail(const Error& error) override { ADD_FAILURE() << error.to_string(); }
    void post(std::function<void()>) override {}
    void committed() {
        for (const auto& action : batch_.take()) action();
    }

    std::vector<std::string> told;

  private:
    database::Connection& connection_;
    Batch batch_;
};

class SmallCoordinator : public ::testing::Test {
  protected:
    SmallCoordinator() {
        EXPECT_TRUE(create_keys(state() / "keys", {"Test", {"127.0.0.1"}}, folder_.path() / "root-key.pem",
                                identity::SecretText("correct horse battery staple"), system_random(),
                                clock_.now()));
        std::ofstream(state() / "coordinator.toml")
            << "federation = \"Test\"\nadvertise = \"127.0.0.1:7443\"\n";
        open();
    }

    std::filesystem::path state() {
        const auto path = folder_.path() / "state";
        std::filesystem::create_directories(path);
        return path;
    }
    // As the program that is started again.
    void open() {
        transaction_.reset();
        outbox_.reset();
        context_.reset();
        auto context = Context::open(state(), clock_, system_random());
        ASSERT_TRUE(context) << context.error().to_string();
        context_ = std::move(*context);
        outbox_ = std::make_unique<SmallOutbox>(*context_->connection);
        context_->outbox = outbox_.get();
        begin();
    }
    void begin() {
        transaction_.emplace(*context_->connection->begin());
        context_->transaction = &*transaction_;
    }
    void commit() {
        ASSERT_TRUE(transaction_->commit());
        transaction_.reset();
        outbox_->committed();
        begin();
    }
    // One question of an administrator's, as the loop asks it.
    Status ask(const std::function<Status(Context&)>& question) {
        return outbox_->whole_or_nothing([&] { return question(*context_); });
    }

    void enrol(const std::string& name) {
        Members& members = context_->members;
        const auto text =
            members.invite(Role::kSite, name, "127.0.0.1:7443", std::chrono::hours(1), clock_.now());
        ASSERT_TRUE(text) << text.error().to_string();
        const auto invitation = identity::read_invitation(text->reveal_secret("a test types it in"));
        const auto key = identity::PrivateKey::generate(system_random());
        const auto request = identity::make_request(key, Role::kSite, name);
        ASSERT_TRUE(members.request(Role::kSite, name, invitation->secret, *request, clock_.now()));
        ASSERT_TRUE(members.approve(Role::kSite, name, key.public_key(), clock_.now()));
        ASSERT_TRUE(members.request(Role::kSite, name, invitation->secret, *request, clock_.now()));
    }
    void enrol_three() {
        for (const char* name : {"alpha", "beta", "gamma"}) enrol(name);
    }

    static federation::v1::Plan plan(const std::string& id) {
        federation::v1::Plan plan;
        plan.set_id(id);
        plan.set_task("synthetic-linear/1:20");
        plan.set_rounds(2);
        plan.set_model("initial");
        return plan;
    }
    void start(const federation::v1::Plan& plan) {
        const Status created = create_plan(*context_, plan, "test");
        ASSERT_TRUE(created) << created.error().to_string();
        const Status started = start_plan(*context_, plan.id(), "test");
        ASSERT_TRUE(started) << started.error().to_string();
    }

    // An object of its own, and a model of the task.
    rounds::ObjectRef object(const std::string& content) {
        const std::vector<std::uint8_t> bytes(content.begin(), content.end());
        return {*context_->objects->add(bytes), bytes.size()};
    }
    rounds::ObjectRef model(const std::string& name) {
        const auto made =
            make_initial_model("synthetic-linear/1:20", std::hash<std::string>()(name), *context_->objects,
                               context_->executor, context_->folder / "work")
                ->model;
        EXPECT_TRUE(context_->models.add({to_hex(made.digest), made.bytes, "synthetic-linear/1:20", "plan",
                                          to_milliseconds(clock_.now())}));
        return made;
    }
    bool there(const rounds::ObjectRef& object) { return context_->objects->contains(object.digest); }
    rounds::TrainingPlan training(const std::string& id) {
        return *rpc::decode_plan(context_->plans.find(id)->training);
    }
    std::string stage(const std::string& id) {
        return std::string(plan_stage_name(context_->plans.find(id)->stage));
    }

    // What a round leaves that ended with this model.
    void conclude(const std::string& id, std::uint32_t iteration, const rounds::ObjectRef& made,
                  const std::optional<rounds::ObjectRef>& shown = {}) {
        rounds::RoundResult result;
        result.round = {rounds::PlanId(id), iteration};
        result.iteration = iteration;
        result.attempt = 1;
        result.model = made;
        result.state = shown;
        acceptance::SiteRow row;
        row.heads = {
            acceptance::measure("all", {}, std::vector{0.1, 0.9, 0.2, 0.8}, std::vector{0, 1, 0, 1})};
        for (const char* site : {"alpha", "beta", "gamma"}) {
            result.included.emplace_back(site);
            result.evaluations[rounds::SiteId(site)] = exchange::encode_row(row);
        }
        result.groups = {result.included};
        ASSERT_TRUE(context_->plans.conclude(id, iteration, "model", to_hex(made.digest), rpc::encode(result),
                                             to_milliseconds(clock_.now())));
    }
    // The runner of a plan, from the database.
    void restore(const std::string& id) {
        auto runner = PlanRunner::restore(training(id), context_->runner_tools());
        ASSERT_TRUE(runner) << runner.error().to_string();
        context_->runners[id] = std::move(*runner);
    }

    std::size_t lineage_length() { return context_->models.lineage("synthetic-linear/1:20")->size(); }

    testing::TemporaryFolder folder_;
    ManualClock clock_ = [] {
        ManualClock clock;
        clock.advance(std::chrono::hours(24 * 365 * 57));
        return clock;
    }();
    std::unique_ptr<Context> context_;
    std::unique_ptr<SmallOutbox> outbox_;
    std::optional<database::Transaction> transaction_;
};

}  // namespace huizhen::coordinator
