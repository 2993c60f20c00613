#include "plain_model.h"

namespace huizhen::coordinator::simulation {
namespace {

// Empty: a site is in the sum that has sent nothing.
std::vector<std::uint32_t> add_up(const rounds::GroupSum& sum, const PlainOf& plain) {
    std::vector<std::uint32_t> total(sum.words.size());
    for (const rounds::SiteId& site : sum.included) {
        const Words words = plain(site);
        if (!words || words->size() != total.size()) return {};
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += (*words)[i];
    }
    return total;
}

}  // namespace

bool is_exact(const rounds::RoundSetup& setup, const std::vector<rounds::GroupSum>& sums,
              const MadeModel& made, const std::optional<Sha256Digest>& kept, const PlainOf& plain,
              Surroundings& around) {
    std::vector<std::vector<std::uint32_t>> totals;
    for (const rounds::GroupSum& sum : sums) {
        totals.push_back(add_up(sum, plain));
        if (!std::equal(totals.back().begin(), totals.back().end(), sum.words.begin(), sum.words.end()))
            return false;
    }
    std::vector<rounds::GroupSum> plain_sums = sums;
    for (std::size_t i = 0; i < sums.size(); ++i) plain_sums[i].words = totals[i];
    const auto expected = make_model(setup, plain_sums, kept, *around.objects, around.work);
    return expected && expected->model == made.model;
}

}  // namespace huizhen::coordinator::simulation
