#pragma once

// What a chart is made of. All of it is patient data: the free text, the values and the times; the store
// seals an entry whole.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <huizhen/chart/code.h>
#include <huizhen/chart/time.h>

namespace huizhen::chart {

// As the sender says; what is neither preliminary nor withdrawn counts as final.
enum class State { kPreliminary, kFinal, kAmended, kWithdrawn };

struct Quantity {
    double value = 0;
    std::string comparator;  // "<", "<=", ">", ">=", "ad" or empty
    std::string unit;        // UCUM where it is known, else as written
    std::string written;     // value and unit as the sender wrote them, where they were changed

    friend bool operator==(const Quantity&, const Quantity&) = default;
};

// nothing; a number; a code; words.
using Value = std::variant<std::monostate, Quantity, Concept, std::string>;

struct Observation {
    Concept what;
    Value value;
    std::optional<double> low, high;  // the reference range, in the value's unit
    std::string flag;                 // "H", "L", "A": HL7's table 0078
    std::optional<Time> when;         // of the sample or the patient, not of the message
    State state = State::kFinal;
};

// A report in words. `kind` says which: pathology, radiology, operation.
struct Document {
    Concept kind;
    std::string title, text;  // UTF-8
    std::optional<Time> when;
    State state = State::kFinal;
};

struct Condition {
    Concept what;
    std::optional<Time> since;
    State state = State::kFinal;
};

struct Procedure {
    Concept what;
    std::optional<Time> when;
    State state = State::kFinal;
};

struct Medication {
    Concept what;
    std::optional<Time> when;
    State state = State::kFinal;
};

struct Encounter {
    std::string kind;  // "inpatient", "outpatient", "emergency", or as written
    std::optional<Time> from, until;
    State state = State::kFinal;
};

enum class Priority { kRoutine, kUrgent, kStat };

struct Order {
    Concept what;
    std::string accession_number;  // what the study will carry
    Priority priority = Priority::kRoutine;
    std::optional<Time> when;
    State state = State::kFinal;
};

using Content = std::variant<Observation, Document, Condition, Procedure, Medication, Encounter, Order>;

struct Entry {
    // The sender's number of it: the same again replaces what it said before. Empty: the content is the
    // number.
    std::string source_id;
    // Of the study it belongs to, where the sender says so.
    std::string accession_number;
    Content content;
};

}  // namespace huizhen::chart
