#pragma once

// The phases of a coordinator's round, each in a source of its own name.

#include "coordinator_state.h"

namespace huizhen::rounds {

// Sites that are summed together, in one phase of secure aggregation.
template <typename SecaggPhase>
struct Group {
    std::vector<SiteId> roster;   // ascending; all whose keys were fixed
    std::vector<SiteId> members;  // of these, who is awaited in this phase
    SecaggPhase secagg;
};

template <typename SecaggPhase>
using Groups = std::vector<Group<SecaggPhase>>;

class GatherKeys final : public RoundPhase {
  public:
    static Result<std::unique_ptr<RoundPhase>> open(const RoundState& state);

    Phase name() const override { return Phase::kKeys; }
    Step answer() const override { return Step::kKeys; }
    Taken accept(RoundState& state, const SiteId& site, const Body& body) override;
    bool enough(const RoundState& state) const override;
    Status withdraw(RoundState& state, const SiteId& site) override;
    void end(RoundState& state) override;

  private:
    explicit GatherKeys(secagg::CollectKeys probe) : probe_(std::move(probe)) {}

    secagg::CollectKeys probe_;  // refuses what is forged or comes twice; the groups are opened anew
    std::map<SiteId, Bytes> keys_;
};

// The phases in which every group gathers one secure-aggregation message of each member.
template <typename SecaggPhase>
class GroupPhase : public RoundPhase {
  public:
    explicit GroupPhase(Groups<SecaggPhase> groups) : groups_(std::move(groups)) {
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            for (const SiteId& site : groups_[i].members) group_of_[site] = i;
        }
    }

    bool enough(const RoundState& state) const override;
    Status withdraw(RoundState&, const SiteId&) override { return {}; }

  protected:
    Groups<SecaggPhase>& groups() { return groups_; }
    SecaggPhase& secagg_of(const SiteId& site) { return groups_[group_of_.at(site)].secagg; }
    const std::map<SiteId, std::size_t>& group_of() const { return group_of_; }

  private:
    Groups<SecaggPhase> groups_;
    std::map<SiteId, std::size_t> group_of_;
};

class GatherShares final : public GroupPhase<secagg::CollectShares> {
  public:
    using GroupPhase::GroupPhase;
    Phase name() const override { return Phase::kShares; }
    Step answer() const override { return Step::kShares; }
    Taken accept(RoundState& state, const SiteId& site, const Body& body) override;
    void end(RoundState& state) override;
};

class GatherUploads final : public GroupPhase<secagg::CollectUploads> {
  public:
    using GroupPhase::GroupPhase;
    Phase name() const override { return Phase::kUpload; }
    Step answer() const override { return Step::kUpload; }
    Taken accept(RoundState& state, const SiteId& site, const Body& body) override;
    Status withdraw(RoundState& state, const SiteId& site) override;
    void end(RoundState& state) override;

  private:
    std::map<SiteId, ObjectRef> objects_;
};

class GatherAgreement final : public GroupPhase<secagg::CollectAgreement> {
  public:
    using GroupPhase::GroupPhase;
    Phase name() const override { return Phase::kAgreement; }
    Step answer() const override { return Step::kAgreement; }
    Taken accept(RoundState& state, const SiteId& site, const Body& body) override;
    void end(RoundState& state) override;
};

class GatherUnmasking final : public GroupPhase<secagg::CollectUnmasking> {
  public:
    using GroupPhase::GroupPhase;
    Phase name() const override { return Phase::kUnmasking; }
    Step answer() const override { return Step::kUnmasking; }
    Taken accept(RoundState& state, const SiteId& site, const Body& body) override;
    void end(RoundState& state) override;
};

// Awaits no site: the outside makes the model.
class AwaitModel final : public RoundPhase {
  public:
    Phase name() const override { return Phase::kAggregate; }
    Taken accept(RoundState&, const SiteId&, const Body&) override { return {}; }
    bool enough(const RoundState&) const override { return false; }
    Status withdraw(RoundState&, const SiteId&) override { return {}; }
    void end(RoundState& state) override;
};

class GatherEvaluations final : public RoundPhase {
  public:
    Phase name() const override { return Phase::kValidate; }
    Step answer() const override { return Step::kEvaluation; }
    Taken accept(RoundState& state, const SiteId& site, const Body& body) override;
    bool enough(const RoundState& state) const override;
    Status withdraw(RoundState&, const SiteId&) override { return {}; }
    void end(RoundState& state) override { state.finish(); }
};

class RoundDone final : public RoundPhase {
  public:
    Phase name() const override { return Phase::kDone; }
    Taken accept(RoundState&, const SiteId&, const Body&) override { return {}; }
    bool enough(const RoundState&) const override { return false; }
    Status withdraw(RoundState&, const SiteId&) override { return {}; }
    void end(RoundState&) override {}
};

}  // namespace huizhen::rounds
