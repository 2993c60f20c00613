#include "sections.h"

#include <huizhen/record_codes/code_systems.h>

namespace huizhen::hl7 {
namespace {

struct Known {
    std::string_view name;
    Section section;
};
constexpr std::array kSections{
    Known{"RAD", Section::kImaging},    Known{"RX", Section::kImaging},
    Known{"CT", Section::kImaging},     Known{"CTH", Section::kImaging},
    Known{"CUS", Section::kImaging},    Known{"IMG", Section::kImaging},
    Known{"NMR", Section::kImaging},    Known{"MR", Section::kImaging},
    Known{"MRI", Section::kImaging},    Known{"NMS", Section::kImaging},
    Known{"OUS", Section::kImaging},    Known{"RUS", Section::kImaging},
    Known{"US", Section::kImaging},     Known{"VUS", Section::kImaging},
    Known{"XRC", Section::kImaging},    Known{"SP", Section::kPathology},
    Known{"PAT", Section::kPathology},  Known{"CP", Section::kPathology},
    Known{"BG", Section::kLaboratory},  Known{"BLB", Section::kLaboratory},
    Known{"CH", Section::kLaboratory},  Known{"CG", Section::kLaboratory},
    Known{"HM", Section::kLaboratory},  Known{"IMM", Section::kLaboratory},
    Known{"LAB", Section::kLaboratory}, Known{"MB", Section::kLaboratory},
    Known{"MCB", Section::kLaboratory}, Known{"MYC", Section::kLaboratory},
    Known{"SR", Section::kLaboratory},  Known{"TX", Section::kLaboratory},
    Known{"VR", Section::kLaboratory},  Known{"URN", Section::kLaboratory},
    Known{"PAR", Section::kLaboratory},
};

struct Kind {
    std::string_view type, loinc, display;
};
constexpr std::array kKinds{
    Kind{"DI", "18748-4", "Diagnostic imaging study"},
    Kind{"SP", "11526-1", "Pathology study"},
    Kind{"OP", "11504-8", "Surgical operation note"},
    Kind{"DS", "18842-5", "Discharge summary"},
    Kind{"HP", "34117-2", "History and physical note"},
    Kind{"CN", "11488-4", "Consult note"},
    Kind{"PN", "28570-0", "Procedure note"},
    Kind{"PR", "11506-3", "Progress note"},
};

}  // namespace

Section section_of(std::string_view service) {
    for (const Known& known : kSections) {
        if (known.name == service) return known.section;
    }
    return Section::kOther;
}

std::optional<chart::Code> document_kind(std::string_view type) {
    for (const Kind& kind : kKinds) {
        if (kind.type == type)
            return chart::Code{std::string(records::kLoinc), std::string(kind.loinc),
                               std::string(kind.display)};
    }
    return std::nullopt;
}

std::optional<chart::Code> report_kind(Section section) {
    if (section == Section::kImaging) return document_kind("DI");
    if (section == Section::kPathology) return document_kind("SP");
    return std::nullopt;
}

}  // namespace huizhen::hl7
