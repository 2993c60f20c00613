// A whole round of many simulated sites in one process and on one thread: keys, shares, uploads, agreement,
// unmasking, with drop-outs. Prints the processor seconds of each phase, of everybody together and of the
// coordinator alone. Usage: bench_round [SITES [WORDS [DROPPED]]]; 1,000 sites of 1,000 words, 50 of which
// never upload.

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <huizhen/base/check.h>

#include "fixtures.h"

namespace huizhen::rounds {
namespace {

// Of all threads of this process: other programs on the machine do not count.
double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

class ManySites {
  public:
    ManySites(std::size_t sites, std::uint64_t words, std::size_t dropped)
        : enrolled_(sites), rounds_(sites), words_(words), dropped_(dropped) {
        TrainingPlan plan = plan_for(sites);
        plan.minimum_sites = static_cast<std::uint32_t>(sites / 2);
        plan.secrecy.corrupt_percent = 10;
        coordinator_.emplace(
            CoordinatorRound::open(setup_for(plan, words), {&enrolled_.directory(), &uploads_, &executor_})
                .value());
    }

    bool run() {
        take(coordinator_->pending());
        while (!coordinator_->done()) {
            const Phase phase = coordinator_->phase();
            const double begin = processor_seconds(), coordinator_before = coordinator_s_;
            std::vector<CoordinatorOutput> asked = std::exchange(asked_, {});
            for (const CoordinatorOutput& output : asked) deliver(output);
            if (coordinator_->phase() == phase && phase != Phase::kDone) give_up();
            std::printf("%-10s %8.3f s, the coordinator %7.3f s\n", std::string(phase_name(phase)).c_str(),
                        processor_seconds() - begin, coordinator_s_ - coordinator_before);
        }
        const RoundResult& result = *coordinator_->result();
        if (result.failure) std::printf("failed: %s\n", result.failure->reason.c_str());
        std::printf("included %zu of %zu, exact: %s\n", result.included.size(), rounds_.size(),
                    exact_ ? "yes" : "no");
        return result.model && exact_;
    }

  private:
    void deliver(const CoordinatorOutput& output) {
        if (const auto* send = std::get_if<Send>(&output)) {
            for (const SiteId& site : send->sites) to_site(std::stoul(site.str().substr(5)), send->message);
        } else if (std::holds_alternative<Aggregate>(output)) {
            const auto sums = coordinator_->sums();
            const auto expected = plain_sum(sums.at(0).included, words_);
            exact_ = std::equal(expected.begin(), expected.end(), sums[0].words.begin(), sums[0].words.end());
            give(Installed{object("new model"), std::nullopt});
        }
    }

    void to_site(std::size_t site, const Message& message) {
        std::vector<SiteOutput> outputs;
        if (rounds_[site]) {
            outputs = rounds_[site]->apply({kStart, FromCoordinator{message}}).outputs;
        } else {
            rounds_[site].emplace(SiteRound::open({site_id(site), message, std::nullopt, kStart},
                                                  secret_of("seed " + std::to_string(site)),
                                                  {&enrolled_.signer(site), &enrolled_.directory()})
                                      .value());
            outputs = rounds_[site]->pending();
        }
        for (const SiteOutput& one : outputs) act(site, one);
    }

    void act(std::size_t site, const SiteOutput& output) {
        const auto more = [&](auto event) {
            for (const SiteOutput& one : rounds_[site]->apply({kStart, std::move(event)}).outputs)
                act(site, one);
        };
        if (const auto* reply = std::get_if<Reply>(&output)) {
            give(FromSite{site_id(site), reply->message});
        } else if (const auto* fetch = std::get_if<Fetch>(&output)) {
            more(Fetched{fetch->object});
        } else if (const auto* job = std::get_if<TrainAndMask>(&output)) {
            if (site < dropped_) return;
            auto words = words_of(site, words_);
            const ObjectRef object{job->secrets->masks.mask_in_place(words, executor_).value(), 4 * words_};
            uploads_.put(object, std::move(words));
            more(Masked{object});
        } else if (const auto* put = std::get_if<PutObject>(&output)) {
            more(Uploaded{put->object});
        } else if (std::holds_alternative<Evaluate>(output)) {
            more(Evaluated{Bytes{1}});
        }
    }

    void give_up() {
        Close close{coordinator_->phase(), {}};
        for (const SiteId& site : coordinator_->awaited()) close.missing.push_back({site, Cause::kSilent});
        HZ_CHECK(!close.missing.empty(), "a phase ends or awaits somebody");
        give(close);
    }

    template <typename Event>
    void give(Event event) {
        const double begin = processor_seconds();
        auto applied = coordinator_->apply({kStart, std::move(event)});
        coordinator_s_ += processor_seconds() - begin;
        take(std::move(applied.outputs));
    }

    void take(std::vector<CoordinatorOutput> outputs) {
        for (CoordinatorOutput& output : outputs) asked_.push_back(std::move(output));
    }

    Executor executor_{0};
    Enrolled enrolled_;
    MemoryUploads uploads_;
    std::optional<CoordinatorRound> coordinator_;
    std::vector<std::optional<SiteRound>> rounds_;
    std::vector<CoordinatorOutput> asked_;
    std::uint64_t words_;
    std::size_t dropped_;
    double coordinator_s_ = 0;
    bool exact_ = false;
};

}  // namespace
}  // namespace huizhen::rounds

int main(int argc, char** argv) {
    const auto number = [&](int at, std::size_t otherwise) {
        return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
    };
    const std::size_t sites = number(1, 1'000);
    huizhen::rounds::ManySites many(sites, number(2, 1'000), number(3, sites / 20));
    return many.run() ? 0 : 1;
}
