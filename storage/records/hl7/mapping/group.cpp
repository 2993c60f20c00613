#include "group.h"

namespace huizhen::hl7 {

bool Group::take(const Segment& segment) {
    const std::string_view name = segment.name();
    if (name == "ORC") {
        if (!empty()) return false;
        orc = &segment;
    } else if (name == "OBR") {
        if (obr != nullptr || !findings.empty()) return false;
        obr = &segment;
    } else if (name == "RXO" || name == "RXE") {
        if (medication != nullptr && medication->name() == name) return false;
        medication = &segment;  // RXE, the encoded order, goes before RXO, the ordered one
    } else if (name == "TQ1" && timing == nullptr) {
        timing = &segment;
    } else if (name == "IPC" && procedure_control == nullptr) {
        procedure_control = &segment;
    } else if (name == "SPM" && specimen == nullptr) {
        specimen = &segment;
    } else if (name == "OBX") {
        findings.push_back({&segment, {}});
    } else if (name == "NTE") {
        (findings.empty() ? notes : findings.back().notes).push_back(&segment);
    }
    return true;
}

std::string Group::number() const {
    for (const std::size_t field : {3, 2}) {
        for (const Segment* segment : {obr, orc}) {
            if (segment == nullptr) continue;
            if (const std::string number = line_of(segment->text(field)); !number.empty()) return number;
        }
    }
    return {};
}

std::string Group::accession_number() const {
    if (procedure_control != nullptr) {
        if (const std::string number = line_of(procedure_control->text(1)); !number.empty()) return number;
    }
    for (const auto& [segment, field] : {std::pair(obr, 18), std::pair(obr, 3), std::pair(orc, 3)}) {
        if (segment == nullptr) continue;
        if (const std::string number = line_of(segment->text(static_cast<std::size_t>(field)));
            !number.empty())
            return number;
    }
    return {};
}

}  // namespace huizhen::hl7
