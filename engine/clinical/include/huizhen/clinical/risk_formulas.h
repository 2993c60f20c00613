#pragma once

// Published risk formulas, p = 1 / (1 + exp(-x)). Each answers with a probability, or with the names of
// the inputs it lacks: none is ever filled in with a typical value. Pure functions, any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/clinical/facts.h>

namespace huizhen::clinical {

struct FormulaResult {
    std::string_view id;      // "mayo", stable
    std::string_view name;    // "Mayo Clinic"
    std::string_view source;  // author, journal, year
    std::string_view target;  // what the probability is of
    std::optional<double> probability = std::nullopt;
    std::vector<std::string_view> missing =
        {};  // inputs that are not known; empty exactly when there is a probability
    std::vector<std::string> notes = {};  // where it was not made for this case
};

// Swensen et al., Arch Intern Med 1997;157:849. Solitary nodules of 4-30 mm, no cancer in the last five
// years.
FormulaResult mayo(const PatientFacts& patient, const NoduleFacts& nodule);

// McWilliams et al., N Engl J Med 2013;369:910, model 2b (full, with spiculation). Screening CT, smokers.
FormulaResult brock(const PatientFacts& patient, const NoduleFacts& nodule);

// Gould et al., Chest 2007;131:383. Solitary nodules of 7-30 mm.
FormulaResult veterans_affairs(const PatientFacts& patient, const NoduleFacts& nodule);

// Li et al., Chin J Cancer Res 2011 (Peking University People's Hospital). Solitary nodules up to 30 mm.
FormulaResult pkuph(const PatientFacts& patient, const NoduleFacts& nodule);

// Herder et al., Chest 2005;128:2490. Mayo and the FDG uptake on PET.
FormulaResult herder(const PatientFacts& patient, const NoduleFacts& nodule);

// Tammemagi et al., N Engl J Med 2013;368:728. Six-year risk of lung cancer of a person who ever smoked;
// asks nothing about the nodule.
FormulaResult plco_m2012(const PatientFacts& patient);

// All of the above, in this order.
std::vector<FormulaResult> all_formulas(const PatientFacts& patient, const NoduleFacts& nodule);

}  // namespace huizhen::clinical
