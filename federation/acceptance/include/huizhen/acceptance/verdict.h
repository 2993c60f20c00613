#pragma once

// Accept the new model or not, by rules fixed in the plan, with a sentence for each rule and site.

#include <huizhen/acceptance/site_row.h>

namespace huizhen::acceptance {

// Never renumbered: records keep them.
enum class Rule : std::uint8_t {
    kSupport = 1,      // a site below it is shown and not judged
    kEnoughSites = 2,  // that are judged, for every head
    kNoClearLoss = 3,  // no site where the whole interval of the difference is below -max_clear_loss
    kNotInferior = 4,  // no site where the interval reaches below -max_possible_loss
    kPooledGain = 5,   // the difference pooled by n
    kCalibration = 6,  // no site whose ECE rises by more than max_ece_rise
    kFirstModel = 7,   // without a predecessor: the area pooled by n
};

std::string_view rule_name(Rule rule);  // "support", "enough-sites", "no-clear-loss", ...

struct AcceptanceRules {
    std::uint64_t min_cases = 30, min_positives = 5, min_negatives = 5;  // of a head at a site
    std::uint32_t min_sites = 2;
    double max_clear_loss = 0;
    std::optional<double> max_possible_loss;  // asks for large sites: half the interval's width is needed
    double min_pooled_gain = 0;               // below 0 allows a loss
    double max_ece_rise = 0.05;
    double min_first_auc = 0.5;
    std::vector<std::string> heads;  // that are judged; empty: all that any site reports
};

// kInvalidArgument names the value.
Status check(const AcceptanceRules& rules);

enum class Outcome : std::uint8_t { kPassed = 1, kFailed = 2, kNotJudged = 3 };

struct Finding {
    Rule rule = Rule::kSupport;
    std::string head;
    std::string site;  // empty: over all sites
    Outcome outcome = Outcome::kNotJudged;
    std::string sentence;
};

struct Verdict {
    bool accepted = false;  // no finding failed, and every head was judged
    std::vector<Finding> findings;

    std::vector<std::string> sentences() const;
};

// Rows that check() lets pass, at most one a site. By head, then in the order of the rules, then of the rows.
Verdict judge(const AcceptanceRules& rules, const std::vector<SiteRow>& rows);

// A person decides otherwise, and says why.
struct Override {
    std::string person;
    std::string reason;
    bool accept = false;
};

// kInvalidArgument: nobody is named, no reason, or longer than kMaxReasonBytes.
Status check(const Override& override_by);

inline constexpr std::size_t kMaxReasonBytes = 4096;

// What holds in the end.
bool accepted(const Verdict& verdict, const std::optional<Override>& override_by);

}  // namespace huizhen::acceptance
