#include <limits>
#include <set>

#include <huizhen/cases/worklist.h>

#include "case_rows.h"
#include "patient_rows.h"

namespace huizhen::cases {

namespace {

// The index holds the cases of each combination in the order they arrived; a page is merged from the heads of
// those it asks for, so that its cost does not grow with the number of cases.
struct Bucket {
    CaseState state{};
    chart::Priority priority{};
    bool review = false;
};

constexpr int kRanks = 5;

int rank_of(const Bucket& bucket) {
    const bool is_signed = bucket.state == CaseState::kSigned;
    if (is_signed && !bucket.review) return 4;
    if (bucket.priority == chart::Priority::kStat) return 0;
    if (bucket.review || bucket.state == CaseState::kFailed) return 1;
    if (bucket.priority == chart::Priority::kUrgent) return 2;
    return 3;
}

template <typename T>
bool asks_for(const std::vector<T>& wanted, T value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

std::vector<std::vector<Bucket>> buckets_by_rank(const Filter& filter) {
    std::vector<std::vector<Bucket>> ranks(kRanks);
    for (int state = 0; state < kCaseStates; ++state) {
        for (const auto priority :
             {chart::Priority::kRoutine, chart::Priority::kUrgent, chart::Priority::kStat}) {
            for (const bool review : {false, true}) {
                const Bucket bucket{static_cast<CaseState>(state), priority, review};
                if (!asks_for(filter.states, bucket.state) || !asks_for(filter.priorities, priority) ||
                    filter.needs_review.value_or(review) != review) {
                    continue;
                }
                ranks[static_cast<std::size_t>(rank_of(bucket))].push_back(bucket);
            }
        }
    }
    return ranks;
}

using Arrival = std::pair<std::int64_t, std::int64_t>;  // when, which study

// The newest of a bucket before `before`.
Status heads_of(const Core& core, const Bucket& bucket, const Filter& filter, Arrival before,
                std::int64_t limit, std::vector<Arrival>& into) {
    const std::int64_t from =
        filter.arrived_from ? to_us(*filter.arrived_from) : std::numeric_limits<std::int64_t>::min();
    return each_row(
        db(core),
        "SELECT arrived_us, id FROM studies WHERE state = ?1 AND priority = ?2 AND review = ?3 AND "
        "arrived_us >= ?4 AND (arrived_us, id) < (?5, ?6) ORDER BY arrived_us DESC, id DESC LIMIT ?7",
        {number_of(bucket.state), number_of(bucket.priority), std::int64_t{bucket.review}, from, before.first,
         before.second, limit},
        [&](const Rows& rows) -> Status {
            Arrival& arrival = into.emplace_back();
            HZ_ASSIGN(arrival.first, rows.get<std::int64_t>(0));
            HZ_ASSIGN(arrival.second, rows.get<std::int64_t>(1));
            return {};
        });
}

// The patient as the hospital says now, not as the images said then.
Status name_as_known(const Core& core, Case& found) {
    if (!found.patient) return {};
    auto ids = std::move(found.description.patient.ids);
    HZ_ASSIGN(found.description.patient, read_demographics(core, *found.patient));
    found.description.patient.ids = std::move(ids);
    return {};
}

Result<Case> one_case(CaseReader& reader, std::int64_t study) {
    HZ_ASSIGN(Case found, read_case(reader, StudyKey{study}));
    HZ_TRY(name_as_known(reader.core(), found));
    return found;
}

// Those that have a number: few, so that all of them are looked at.
struct Candidate {
    Bucket bucket;
    Arrival arrival;
};

Result<std::vector<Candidate>> candidates(const Core& core, std::string_view number) {
    std::vector<Candidate> all;
    const auto accession = hash_of_accession(core, number);
    HZ_TRY(each_row(db(core),
                    "SELECT state, priority, review, arrived_us, id FROM studies WHERE accession = ?1 UNION "
                    "SELECT state, priority, review, arrived_us, id FROM studies WHERE patient IN "
                    "(SELECT patient FROM patient_ids WHERE number = ?2) LIMIT ?3",
                    {or_null(accession), hash_of_number(core, number), kMaxFound},
                    [&](const Rows& rows) -> Status {
                        Candidate& one = all.emplace_back();
                        HZ_ASSIGN(one.bucket.state, get_as<CaseState>(rows, 0));
                        HZ_ASSIGN(one.bucket.priority, get_as<chart::Priority>(rows, 1));
                        HZ_ASSIGN(const std::int64_t review, rows.get<std::int64_t>(2));
                        one.bucket.review = review != 0;
                        HZ_ASSIGN(one.arrival.first, rows.get<std::int64_t>(3));
                        HZ_ASSIGN(one.arrival.second, rows.get<std::int64_t>(4));
                        return {};
                    }));
    return all;
}

bool includes(const Filter& filter, const Candidate& candidate) {
    return asks_for(filter.states, candidate.bucket.state) &&
           asks_for(filter.priorities, candidate.bucket.priority) &&
           filter.needs_review.value_or(candidate.bucket.review) == candidate.bucket.review &&
           (!filter.arrived_from || candidate.arrival.first >= to_us(*filter.arrived_from)) &&
           (!filter.arrived_until || candidate.arrival.first < to_us(*filter.arrived_until));
}

// Of one rank, the newest first, at most `limit`, before `before`.
using RankHeads = std::function<Result<std::vector<Arrival>>(int rank, Arrival before, std::int64_t limit)>;

Result<Worklist> page(CaseReader& reader, const RankHeads& heads, Arrival first,
                      const std::optional<Place>& after, std::int64_t limit) {
    Worklist list;
    for (int rank = after ? after->rank : 0; rank < kRanks; ++rank) {
        Arrival before = first;
        if (after && rank == after->rank) before = std::min(before, Arrival{after->arrived_us, after->study});
        const std::int64_t wanted = limit - static_cast<std::int64_t>(list.cases.size());
        HZ_ASSIGN(const auto arrivals, heads(rank, before, wanted + 1));  // one more: is there a next page
        for (const Arrival& arrival : arrivals) {
            if (static_cast<std::int64_t>(list.cases.size()) == limit) return list;
            HZ_ASSIGN(list.cases.emplace_back(), one_case(reader, arrival.second));
            list.next = Place{rank, arrival.first, arrival.second};
        }
    }
    list.next.reset();
    return list;
}

}  // namespace

Result<Worklist> worklist(CaseReader& reader, const Filter& filter, const std::optional<Place>& after,
                          std::int64_t limit) {
    const Core& core = reader.core();
    constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();
    const Arrival first =
        filter.arrived_until ? Arrival{to_us(*filter.arrived_until), 0} : Arrival{kLatest, kLatest};
    limit = std::clamp<std::int64_t>(limit, 1, kMaxWorklistPage);
    const std::string_view number = without_blanks(filter.number.reveal_phi("to search by it"));
    const auto ranks = buckets_by_rank(filter);
    std::vector<Candidate> found;
    if (!number.empty()) {
        HZ_ASSIGN(found, candidates(core, number));
        std::erase_if(found, [&](const Candidate& candidate) { return !includes(filter, candidate); });
    }
    const RankHeads heads = [&](int rank, Arrival before,
                                std::int64_t wanted) -> Result<std::vector<Arrival>> {
        std::vector<Arrival> arrivals;
        if (number.empty()) {
            for (const Bucket& bucket : ranks[static_cast<std::size_t>(rank)]) {
                HZ_TRY(heads_of(core, bucket, filter, before, wanted, arrivals));
            }
        } else {
            for (const Candidate& candidate : found) {
                if (rank_of(candidate.bucket) == rank && candidate.arrival < before) {
                    arrivals.push_back(candidate.arrival);
                }
            }
        }
        std::ranges::sort(arrivals, std::greater());
        if (arrivals.size() > static_cast<std::size_t>(wanted))
            arrivals.resize(static_cast<std::size_t>(wanted));
        return arrivals;
    };
    return page(reader, heads, first, after, limit);
}

Result<std::vector<Case>> changed_since(CaseReader& reader, std::int64_t revision, std::int64_t limit) {
    const Core& core = reader.core();
    std::vector<Case> changed;
    HZ_TRY(each_row(db(core), std::string(kSelectCases) + "WHERE revision > ?1 ORDER BY revision LIMIT ?2",
                    {revision, std::clamp<std::int64_t>(limit, 1, kMaxWorklistPage)},
                    [&](const Rows& rows) -> Status {
                        HZ_ASSIGN(changed.emplace_back(), case_from(core, rows));
                        return name_as_known(core, changed.back());
                    }));
    return changed;
}

Result<CaseCounts> count_cases(CaseReader& reader) {
    CaseCounts counts;
    HZ_TRY(each_row(db(reader.core()), "SELECT state, review, count(*) FROM studies GROUP BY state, review",
                    {}, [&](const Rows& rows) -> Status {
                        HZ_ASSIGN(const std::int64_t state, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(const std::int64_t review, rows.get<std::int64_t>(1));
                        HZ_ASSIGN(const std::int64_t count, rows.get<std::int64_t>(2));
                        counts.by_state.at(static_cast<std::size_t>(state)) += count;
                        if (review != 0) counts.needs_review += count;
                        return {};
                    }));
    return counts;
}

}  // namespace huizhen::cases
