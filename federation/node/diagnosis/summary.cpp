#include <map>
#include <sstream>

#include <huizhen/node/diagnosis/summary.h>
#include <huizhen/node/diagnosis/words.h>
#include <huizhen/node/version.h>

namespace huizhen::node {
namespace {

constexpr std::size_t kColumns = 100;

// Breaks at spaces; lines after the first are indented two further.
void wrapped(std::ostream& out, const std::string& text, std::size_t indent) {
    std::istringstream words(text);
    std::string word, line(indent, ' ');
    bool first_on_line = true;
    while (words >> word) {
        if (!first_on_line && line.size() + 1 + word.size() > kColumns) {
            out << line << '\n';
            line.assign(indent + 2, ' ');
            first_on_line = true;
        }
        if (!first_on_line) line += ' ';
        line += word;
        first_on_line = false;
    }
    out << line << '\n';
}

void print_scan(std::ostream& out, const Diagnosis& d) {
    out << (d.synthetic ? "SYNTHETIC chest CT (a phantom, no patient): " : "Chest CT: ") << d.volume_size.z
        << " slices of " << d.volume_size.x << " x " << d.volume_size.y << ", voxels "
        << fixed(d.spacing_mm.x, 2) << " x " << fixed(d.spacing_mm.y, 2) << " x " << fixed(d.spacing_mm.z, 2)
        << " mm\n";
    out << "Lungs: right " << fixed(d.right_lung_litres, 1) << " l, left " << fixed(d.left_lung_litres, 1)
        << " l; " << d.candidates << " places looked at\n";
    for (const imaging::AssemblyFinding& finding : d.assembly) {
        const bool warning = finding.severity == imaging::Severity::kWarning;
        wrapped(out,
                std::string(warning ? "Warning" : "Note") + " (" + finding.code + "): " + finding.message, 0);
    }
    for (const std::string& caution : d.cautions) wrapped(out, "Warning: " + caution, 0);
    for (const UnusedInput& input : d.unused_inputs) {
        out << "The " << input.kind << " given is valid and is not yet used by this model.\n";
    }
}

// What would be printed below every finding alike, said once below all of them.
struct Common {
    std::vector<std::string> formulas;                                 // not computed, and why
    std::map<std::string, std::vector<std::string_view>> unconfirmed;  // by the guideline's name
    std::map<std::string, std::vector<std::string_view>> missing;
};

template <typename T>
bool contains(const std::vector<T>& list, const T& value) {
    return std::ranges::find(list, value) != list.end();
}

std::vector<std::string> not_computed(const Finding& finding) {
    std::vector<std::string> lines;
    for (const clinical::FormulaResult& formula : finding.formulas) {
        if (!formula.probability) lines.push_back(formula_words(formula));
    }
    return lines;
}

Common common_to(const std::vector<Finding>& findings) {
    Common common;
    common.formulas = not_computed(findings.front());
    for (const Finding& finding : findings) {
        const std::vector<std::string> own = not_computed(finding);
        std::erase_if(common.formulas, [&](const std::string& line) { return !contains(own, line); });
        for (const clinical::GuidelineResult& guideline : finding.guidelines) {
            const auto keep = [&](auto& lists, const std::vector<std::string_view>& list) {
                auto& kept = lists.try_emplace(std::string(guideline.name), list).first->second;
                std::erase_if(kept, [&](std::string_view text) { return !contains(list, text); });
            };
            if (guideline.rules.empty()) continue;
            keep(common.unconfirmed, guideline.unconfirmed);
            keep(common.missing, guideline.missing);
        }
    }
    return common;
}

void print_guideline(std::ostream& out, const clinical::GuidelineResult& guideline, const Common& common,
                     std::size_t indent) {
    for (const std::string& line : guideline_words(guideline))
        wrapped(out, line, line.starts_with(' ') ? indent + 2 : indent);
    if (guideline.rules.empty()) return;
    const auto print_rest = [&](const char* words, std::vector<std::string_view> list, const auto& said) {
        const auto same = said.find(std::string(guideline.name));
        if (same != said.end())
            std::erase_if(list, [&](std::string_view text) { return contains(same->second, text); });
        if (!list.empty()) wrapped(out, words + joined(list), indent + 2);
    };
    print_rest("not known: ", guideline.missing, common.missing);
    print_rest("holds only if: ", guideline.unconfirmed, common.unconfirmed);
}

void print_finding(std::ostream& out, const Finding& f, const ReportingRule& rule, const Common& common,
                   const std::string& folder) {
    out << '\n' << f.number << ". " << place_words(f.place) << '\n';
    wrapped(out, size_words(f), 3);
    out << "   Nodule " << fixed(f.nodule_probability, 2) << "; malignancy, if one, "
        << malignancy_words(f.malignancy) << '\n';
    if (rule.vessel_like(elongation(f.measurement))) out << "   Longer than nodules are: rather a vessel\n";
    if (rule.outside_lungs(f.place.share_in_lungs)) {
        out << "   Lies mostly outside the lungs: rather a great vessel or the chest wall\n";
    }
    wrapped(out,
            label_set_words(f.malignancy) + " (" + fixed(100 * f.malignancy.miscoverage, 0) + " % per label)",
            3);
    out << "   Centre " << fixed(f.place.centre_mm.x, 1) << ", " << fixed(f.place.centre_mm.y, 1) << ", "
        << fixed(f.place.centre_mm.z, 1) << " mm (LPS), slice " << f.place.slice << " from the feet\n";
    std::string looks;
    for (const std::string& word : attribute_words(f)) looks += (looks.empty() ? "Looks: " : ", ") + word;
    wrapped(out, looks, 3);
    for (const clinical::FormulaResult& formula : f.formulas) {
        const std::string words = formula_words(formula);
        if (!contains(common.formulas, words)) wrapped(out, words, 3);
    }
    for (const clinical::GuidelineResult& guideline : f.guidelines)
        print_guideline(out, guideline, common, 3);
    if (!f.picture.empty()) out << "   Picture " << folder << '/' << f.picture << '\n';
}

void print_common(std::ostream& out, const Common& common, const Diagnosis& d) {
    out << "\nFor all findings:\n";
    for (const auto& [name, list] : common.missing) {
        if (!list.empty()) wrapped(out, name + ": not known: " + joined(list), 2);
    }
    for (const auto& [name, list] : common.unconfirmed) {
        if (!list.empty()) wrapped(out, name + " holds only if: " + joined(list), 2);
    }
    for (const std::string& line : common.formulas) wrapped(out, line, 2);
    for (const clinical::FormulaResult& formula : d.patient_formulas) wrapped(out, formula_words(formula), 2);
}

void print_end(std::ostream& out, const Diagnosis& d, const std::string& folder) {
    out << '\n';
    if (!folder.empty()) {
        out << "Written to " << folder << " (diagnosis.json"
            << (d.contact_sheet.empty() ? "" : ", " + d.contact_sheet) << ")\n";
    }
    double seconds = 0;
    for (const StageTime& time : d.times) seconds += time.seconds;
    out << "huizhen-node " << software_version();
    for (const ModelIdentity& model : d.models)
        out << ", " << model.role << " model " << model.sha256.substr(0, 12);
    out << "; " << fixed(seconds, 1) << " s\n";
    wrapped(out, std::string(kIntendedUse), 0);
}

}  // namespace

std::string to_summary(const Diagnosis& d, const std::string& folder) {
    std::ostringstream out;
    print_scan(out, d);
    out << '\n';
    if (d.findings.empty()) {
        wrapped(out, std::string(kNothingFound), 0);
        for (const clinical::GuidelineResult& guideline : d.exam_guidelines)
            print_guideline(out, guideline, {}, 0);
    } else {
        out << d.findings.size() << (d.findings.size() == 1 ? " finding" : " findings, most suspicious first")
            << '\n';
        const Common common = common_to(d.findings);
        for (const Finding& finding : d.findings) print_finding(out, finding, d.rule, common, folder);
        if (d.not_reported > 0) {
            out << '\n'
                << d.not_reported << " more, less suspicious, are not reported: at most " << kMaxFindings
                << " are.\n";
        }
        print_common(out, common, d);
    }
    print_end(out, d, folder);
    return out.str();
}

}  // namespace huizhen::node
