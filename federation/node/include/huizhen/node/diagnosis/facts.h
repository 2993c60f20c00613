#pragma once

// Facts for the formulas, each with where it comes from. What nobody knows stays empty.

#include <huizhen/lung/location.h>
#include <huizhen/node/diagnosis/finding.h>

namespace huizhen::node {

struct KnownPatient {
    clinical::PatientFacts facts;
    std::vector<FactSource> sources;
};

// `given`: from the command line, which wins over the header. Age comes from the header's age, else from the
// dates of birth and study; sex from the header where it says M or F.
KnownPatient known_patient(const clinical::PatientFacts& given, const imaging::SeriesInfo& header);

// Solid, part-solid or ground glass, from the model's reading of the texture (1 ground glass ... 5 solid) and
// from what was measured: a nodule without solid part is never called solid.
clinical::NoduleType nodule_type(double texture, const imaging::NoduleMeasurement& measurement);

// Side and lobe in words, with how sure they are.
void set_lobe(Place& place, const imaging::LungLocation& location);

// "upper lobe" enters a formula only when the position settles it this far; else it is missing.
inline constexpr double kLobeDecided = 0.8;

// Fills `finding.facts` and `finding.fact_sources` from measurement, place and attributes.
void set_nodule_facts(Finding& finding, int nodule_count);

// The two readings of the attributes that formulas need: 3 and more of 5 is spiculated, a margin of 4 and
// more is clear.
inline constexpr double kSpiculatedFrom = 3, kClearBorderFrom = 4;
// Calcium and fat below these shares are noise, above them they are named; a benign pattern is for a person
// to see.
inline constexpr double kNoCalciumBelow = 0.01, kCalciumFrom = 0.1, kNoFatBelow = 0.02;

}  // namespace huizhen::node
