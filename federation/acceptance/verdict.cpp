#include <cstdio>
#include <set>

#include <huizhen/acceptance/verdict.h>

namespace huizhen::acceptance {

namespace {

constexpr std::pair<Rule, std::string_view> kNames[] = {
    {Rule::kSupport, "support"},           {Rule::kEnoughSites, "enough-sites"},
    {Rule::kNoClearLoss, "no-clear-loss"}, {Rule::kNotInferior, "not-inferior"},
    {Rule::kPooledGain, "pooled-gain"},    {Rule::kCalibration, "calibration"},
    {Rule::kFirstModel, "first-model"}};

std::string figure(double value, bool with_sign = false) {
    std::array<char, 32> text;
    const int length = std::snprintf(text.data(), text.size(), with_sign ? "%+.3f" : "%.3f", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string in_words(const Interval& interval, bool with_sign) {
    return figure(interval.estimate, with_sign) + " (" + figure(interval.low, with_sign) + " to " +
           figure(interval.high, with_sign) + ")";
}

struct Judged {
    const std::string* site;
    const HeadRow* row;
};

// The estimate and interval of a weighted mean of independent intervals, weights the cases.
template <typename Read>
Interval pooled(const std::vector<Judged>& sites, Read read) {
    double cases = 0, sum = 0, variance = 0;
    for (const Judged& judged : sites) {
        const auto n = static_cast<double>(judged.row->n);
        const Interval interval = read(*judged.row);
        cases += n;
        sum += n * interval.estimate;
        variance += std::pow(n * standard_error(interval), 2);
    }
    const double estimate = sum / cases, half = 1.959963984540054 * std::sqrt(variance) / cases;
    return {estimate, estimate - half, estimate + half};
}

// All findings of one head.
class HeadJudge {
  public:
    HeadJudge(const AcceptanceRules& rules, std::string head, std::vector<Finding>& findings)
        : rules_(rules), head_(std::move(head)), findings_(findings) {}

    void judge(const std::vector<SiteRow>& rows) {
        for (const SiteRow& row : rows) judge_support(row);
        const bool enough = judged_.size() >= rules_.min_sites && !judged_.empty();
        add(Rule::kEnoughSites, "", enough ? Outcome::kPassed : Outcome::kFailed,
            std::to_string(judged_.size()) + " of " + std::to_string(rows.size()) +
                " sites have cases enough to be judged; at least " +
                std::to_string(std::max(rules_.min_sites, 1U)) + " must");
        if (judged_.empty()) return;
        const bool first = std::none_of(judged_.begin(), judged_.end(),
                                        [](const Judged& judged) { return judged.row->before.has_value(); });
        if (first) return judge_first_model();
        compare();
    }

  private:
    void add(Rule rule, const std::string& site, Outcome outcome, const std::string& words) {
        const std::string who = site.empty() ? head_ : site + ", " + head_;
        findings_.push_back({rule, head_, site, outcome, who + ": " + words});
    }

    void judge_support(const SiteRow& row) {
        const auto found = std::find_if(row.heads.begin(), row.heads.end(),
                                        [&](const HeadRow& head) { return head.head == head_; });
        if (found == row.heads.end()) {
            return add(Rule::kSupport, row.site, Outcome::kNotJudged, "reports no cases");
        }
        const std::uint64_t negatives = found->n - found->positives;
        const std::string counts = std::to_string(found->n) + " cases, " + std::to_string(found->positives) +
                                   " positive, " + std::to_string(found->patients) + " patients";
        const bool enough = found->n >= rules_.min_cases && found->positives >= rules_.min_positives &&
                            negatives >= rules_.min_negatives;
        const bool figures =
            !std::isnan(found->after.auc.low) && (!found->before || !std::isnan(found->difference.low));
        if (enough && figures) {
            judged_.push_back({&row.site, &*found});
            return add(Rule::kSupport, row.site, Outcome::kPassed, counts);
        }
        add(Rule::kSupport, row.site, Outcome::kNotJudged,
            counts + (enough ? ": too few patients for an interval"
                             : ": fewer than the " + std::to_string(rules_.min_cases) + " cases, " +
                                   std::to_string(rules_.min_positives) + " positive, " +
                                   std::to_string(rules_.min_negatives) + " negative that are judged"));
    }

    std::string over_all() const {
        std::uint64_t cases = 0;
        for (const Judged& judged : judged_) cases += judged.row->n;
        return " over " + std::to_string(cases) + " cases of " + std::to_string(judged_.size()) + " sites";
    }

    void judge_first_model() {
        const Interval area = pooled(judged_, [](const HeadRow& row) { return row.after.auc; });
        add(Rule::kFirstModel, "",
            area.estimate >= rules_.min_first_auc ? Outcome::kPassed : Outcome::kFailed,
            "AUC " + in_words(area, false) + over_all() + "; at least " + figure(rules_.min_first_auc));
    }

    void compare() {
        // A site that has no figures of the old model cannot be compared.
        std::erase_if(judged_, [&](const Judged& judged) {
            if (judged.row->before) return false;
            add(Rule::kNoClearLoss, *judged.site, Outcome::kFailed, "reports no figures of the old model");
            return true;
        });
        for (const Judged& judged : judged_) {
            const Interval& difference = judged.row->difference;
            add(Rule::kNoClearLoss, *judged.site,
                difference.high < -rules_.max_clear_loss ? Outcome::kFailed : Outcome::kPassed,
                areas(*judged.row) + "; the loss may not be certain to pass " +
                    figure(rules_.max_clear_loss));
        }
        if (rules_.max_possible_loss) {
            for (const Judged& judged : judged_) {
                add(Rule::kNotInferior, *judged.site,
                    judged.row->difference.low < -*rules_.max_possible_loss ? Outcome::kFailed
                                                                            : Outcome::kPassed,
                    areas(*judged.row) + "; a loss of more than " + figure(*rules_.max_possible_loss) +
                        " must be ruled out");
            }
        }
        const Interval gain = pooled(judged_, [](const HeadRow& row) { return row.difference; });
        add(Rule::kPooledGain, "",
            gain.estimate >= rules_.min_pooled_gain ? Outcome::kPassed : Outcome::kFailed,
            "AUC difference " + in_words(gain, true) + over_all() + "; at least " +
                figure(rules_.min_pooled_gain, true));
        for (const Judged& judged : judged_) {
            const double before = judged.row->before->calibration.ece,
                         after = judged.row->after.calibration.ece;
            add(Rule::kCalibration, *judged.site,
                after - before <= rules_.max_ece_rise ? Outcome::kPassed : Outcome::kFailed,
                "calibration error " + figure(before) + " before, " + figure(after) +
                    " after; it may rise by " + figure(rules_.max_ece_rise));
        }
    }

    static std::string areas(const HeadRow& row) {
        return "AUC " + in_words(row.before->auc, false) + " before, " + in_words(row.after.auc, false) +
               " after, difference " + in_words(row.difference, true);
    }

    const AcceptanceRules& rules_;
    std::string head_;
    std::vector<Finding>& findings_;
    std::vector<Judged> judged_;
};

}  // namespace

std::string_view rule_name(Rule rule) {
    for (const auto& [known, name] : kNames) {
        if (known == rule) return name;
    }
    return "unknown";
}

Status check(const AcceptanceRules& rules) {
    const auto not_negative = [](double value) { return std::isfinite(value) && value >= 0; };
    if (!not_negative(rules.max_clear_loss)) {
        return fail(ErrorCode::kInvalidArgument, "max_clear_loss must be zero or more");
    }
    if (rules.max_possible_loss && !not_negative(*rules.max_possible_loss)) {
        return fail(ErrorCode::kInvalidArgument, "max_possible_loss must be zero or more");
    }
    if (!not_negative(rules.max_ece_rise)) {
        return fail(ErrorCode::kInvalidArgument, "max_ece_rise must be zero or more");
    }
    if (!(std::abs(rules.min_pooled_gain) <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "min_pooled_gain must be -1 to 1");
    }
    if (!(rules.min_first_auc >= 0 && rules.min_first_auc <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "min_first_auc must be 0 to 1");
    }
    return {};
}

std::vector<std::string> Verdict::sentences() const {
    std::vector<std::string> sentences;
    for (const Finding& finding : findings) {
        constexpr std::string_view kWords[] = {"passed", "failed", "not judged"};
        sentences.push_back(std::string(rule_name(finding.rule)) + ", " +
                            std::string(kWords[static_cast<std::size_t>(finding.outcome) - 1]) + ": " +
                            finding.sentence);
    }
    return sentences;
}

Verdict judge(const AcceptanceRules& rules, const std::vector<SiteRow>& rows) {
    std::set<std::string> heads(rules.heads.begin(), rules.heads.end());
    if (heads.empty()) {
        for (const SiteRow& row : rows) {
            for (const HeadRow& head : row.heads) heads.insert(head.head);
        }
    }
    Verdict verdict;
    for (const std::string& head : heads) HeadJudge(rules, head, verdict.findings).judge(rows);
    verdict.accepted = !heads.empty() && std::none_of(verdict.findings.begin(), verdict.findings.end(),
                                                      [](const Finding& finding) {
                                                          return finding.outcome == Outcome::kFailed;
                                                      });
    return verdict;
}

Status check(const Override& override_by) {
    const auto blank = [](const std::string& text) {
        return text.find_first_not_of(" \t\r\n") == std::string::npos;
    };
    if (blank(override_by.person) || override_by.person.size() > kMaxNameBytes) {
        return fail(ErrorCode::kInvalidArgument,
                    "a decision against the rules needs the name of who takes it");
    }
    if (blank(override_by.reason) || override_by.reason.size() > kMaxReasonBytes) {
        return fail(ErrorCode::kInvalidArgument, "a decision against the rules needs a reason");
    }
    return {};
}

bool accepted(const Verdict& verdict, const std::optional<Override>& override_by) {
    return override_by ? override_by->accept : verdict.accepted;
}

}  // namespace huizhen::acceptance
