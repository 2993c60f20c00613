#pragma once

// An order and what was found for it: ORC, OBR, OBX and the segments between. Pointers into the message.

#include "context.h"

namespace huizhen::hl7 {

struct Finding {
    const Segment* obx;
    std::vector<const Segment*> notes;  // NTE
};

struct Group {
    const Segment *orc = nullptr, *obr = nullptr, *timing = nullptr, *procedure_control = nullptr,
                  *specimen = nullptr,
                  *medication = nullptr;  // TQ1, IPC, SPM; RXO or RXE
    std::vector<const Segment*> notes;
    std::vector<Finding> findings;

    bool empty() const {
        return orc == nullptr && obr == nullptr && medication == nullptr && findings.empty();
    }
    // Takes a segment that belongs to it; false for one of another group.
    bool take(const Segment& segment);

    // The filler's, else the placer's; empty where neither is sent.
    std::string number() const;
    // What the study carries: IPC-1, OBR-18 (IHE), else the filler's number.
    std::string accession_number() const;
};

}  // namespace huizhen::hl7
