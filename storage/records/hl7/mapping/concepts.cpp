#include "concepts.h"

#include <huizhen/record_codes/code_systems.h>

namespace huizhen::hl7 {

chart::Concept concept_of(const Context& context, const Repetition& coded) {
    chart::Concept what;
    constexpr std::size_t kText = 9;
    for (const std::size_t first : {1, 4, 10}) {  // the alternate; since 2.7 a second one
        const std::string code = line_of(coded.text(first));
        if (code.empty()) continue;
        what.codes.push_back(
            {records::code_system_uri(line_of(coded.text(first + 2))), code, line_of(coded.text(first + 1))});
    }
    what.text = line_of(coded.text(kText));
    if (what.codes.empty() && what.text.empty()) what.text = line_of(coded.text(2));
    if (what.codes.empty() && what.text.empty()) what.text = line_of(coded.text(5));
    if (context.settings.codes != nullptr) context.settings.codes->add_to(what, context.update.source);
    return what;
}

chart::Concept concept_of(const Context& context, const Segment& segment, std::size_t field) {
    return concept_of(context, segment.field(field).first());
}

std::string words_of(const chart::Concept& what) {
    if (!what.text.empty()) return what.text;
    for (const chart::Code& code : what.codes) {
        if (!code.display.empty()) return code.display;
    }
    return what.codes.empty() ? std::string() : what.codes.front().code;
}

}  // namespace huizhen::hl7
