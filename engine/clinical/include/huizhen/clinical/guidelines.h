#pragma once

// Follow-up guidelines for nodules seen on one CT: Fleischner 2017 (incidental) and Lung-RADS v2022
// (screening, baseline). Each names the rule that fired and the conditions it rests on. What is not known
// is listed and never assumed: an unknown that decides between rows gives every row that may hold.
// Pure functions, any thread.

#include <string>
#include <string_view>
#include <vector>

#include <huizhen/clinical/facts.h>

namespace huizhen::clinical {

enum class GuidelineStatus {
    kApplies,        // every condition of use is known to hold
    kConditional,    // a rule fired; `unconfirmed` lists what must be checked before using it
    kNotApplicable,  // `reason` says why
    kMissingInputs,  // no rule can be named; `missing` lists why
};

struct GuidelineRule {
    std::string name;      // "solid, single, 6-8 mm, high risk"
    std::string category;  // Lung-RADS: "4A"; Fleischner: the row of its table, "solid single 6-8 mm"
    std::string recommendation;
};

struct GuidelineResult {
    std::string_view id;  // "fleischner_2017", stable
    std::string_view name;
    std::string_view source;
    std::string_view applicability;  // for whom the guideline was written
    GuidelineStatus status = GuidelineStatus::kMissingInputs;
    std::vector<GuidelineRule> rules = {};           // one; or one for each value of an unknown that decides
    std::vector<std::string_view> missing = {};      // inputs that would decide the rule
    std::vector<std::string_view> unconfirmed = {};  // conditions of use nobody has confirmed
    std::string reason = {};                         // of kNotApplicable
    std::vector<std::string> notes = {};
};

// MacMahon et al., Radiology 2017;284:228. Sizes are the mean of the two axes, rounded to the whole
// millimetre as the guideline's table says (so 5.5 mm counts as 6); without axes, its volume thresholds of
// 100 and 250 mm3.
GuidelineResult fleischner_2017(const PatientFacts& patient, const NoduleFacts& nodule);

// American College of Radiology, Lung-RADS v2022, the baseline rows. Sizes are the mean of the two axes to
// one decimal; without axes, its volumes.
GuidelineResult lung_rads_2022_baseline(const PatientFacts& patient, const NoduleFacts& nodule);

// The exam-wide answer when no nodule was found: Lung-RADS 1, under the same conditions.
GuidelineResult lung_rads_2022_no_nodule(const PatientFacts& patient);

std::string_view to_string(GuidelineStatus status);

}  // namespace huizhen::clinical
