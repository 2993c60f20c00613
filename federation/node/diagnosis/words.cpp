#include <cstdio>

#include <huizhen/node/diagnosis/facts.h>
#include <huizhen/node/diagnosis/words.h>

namespace huizhen::node {

std::string joined(const std::vector<std::string_view>& texts, std::string_view separator) {
    std::string all;
    for (const std::string_view text : texts) {
        if (!all.empty()) all += separator;
        all += text;
    }
    return all;
}

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    // "-0" says something that is not so.
    return std::string_view(text).find_first_not_of("-0.") == std::string_view::npos && text[0] == '-'
               ? text + 1
               : text;
}

std::string place_words(const Place& place) {
    if (place.lobe.empty()) return place.side;
    return place.side + ", " + (place.lobe_probability < kLobeDecided ? "perhaps " : "") + place.lobe +
           " (by position)";
}

std::string short_place_words(const Place& place) {
    if (place.lobe.empty()) return place.side;
    const std::string side = place.side.substr(0, place.side.find(' '));
    return side + " " + place.lobe + (place.lobe_probability < kLobeDecided ? "?" : "");
}

std::string size_words(const Finding& finding) {
    const imaging::NoduleMeasurement& m = finding.measurement;
    std::string words = fixed(m.diameter_mm, 1) + " mm (axes " + fixed(m.long_axis_mm, 1) + " x " +
                        fixed(m.short_axis_mm, 1) + " mm), " + fixed(m.volume_mm3, 0) + " mm3, " +
                        std::string(to_string(finding.type)) + ", mean " + fixed(m.mean_hu, 0) + " HU";
    if (finding.type == clinical::NoduleType::kPartSolid)
        words += ", solid part " + fixed(m.solid_diameter_mm, 1) + " mm";
    return words;
}

std::string malignancy_words(const Malignancy& malignancy) {
    return fixed(malignancy.probability, 2) + " (90 % interval " + fixed(malignancy.interval.low, 2) + "-" +
           fixed(malignancy.interval.high, 2) + ")";
}

std::string label_set_words(const Malignancy& malignancy) {
    const engine::LabelSet set = malignancy.not_ruled_out;
    if (set.benign && set.malignant) return "undecided: neither benign nor malignant can be ruled out";
    if (set.malignant) return "benign can be ruled out at the stated error rate";
    if (set.benign) return "malignant can be ruled out at the stated error rate";
    return "unlike the cases the model knows: neither label fits";
}

std::vector<std::string> attribute_words(const Finding& finding) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < engine::kAttributeCount; ++i) {
        const engine::AttributeScale& scale = engine::kAttributes.at(i);
        std::string name(scale.name);
        std::ranges::replace(name, '_', ' ');
        const double score = finding.attributes.at(i);
        std::string words_of_it = name + " " + fixed(score, 1) + "/" + fixed(scale.high, 0);
        // What the number means is not plain on every scale: an absent calcification is a 6.
        if (score < scale.low + 0.5) words_of_it += " (" + std::string(scale.at_low) + ")";
        if (score > scale.high - 0.5) words_of_it += " (" + std::string(scale.at_high) + ")";
        words.push_back(std::move(words_of_it));
    }
    return words;
}

std::string formula_words(const clinical::FormulaResult& formula) {
    std::string words = std::string(formula.name) + ": ";
    if (formula.probability) {
        words += fixed(*formula.probability, 3);
        if (!formula.notes.empty())
            words += " (" + joined({formula.notes.begin(), formula.notes.end()}, "; ") + ")";
        return words;
    }
    return words + "not computed, missing " + joined(formula.missing);
}

std::vector<std::string> guideline_words(const clinical::GuidelineResult& guideline) {
    const std::string name(guideline.name);
    if (guideline.status == clinical::GuidelineStatus::kNotApplicable)
        return {name + ": does not apply, " + guideline.reason};
    if (guideline.status == clinical::GuidelineStatus::kMissingInputs) {
        return {name + ": no rule, missing " + joined(guideline.missing)};
    }
    std::vector<std::string> lines;
    for (const clinical::GuidelineRule& rule : guideline.rules) {
        // Lung-RADS has short category names of its own; Fleischner's row is its category.
        const bool short_category = rule.category.size() <= 2;
        lines.push_back(name + ": " + (short_category ? "category " + rule.category + ", " : "") + "rule \"" +
                        rule.name + "\": " + rule.recommendation);
    }
    for (const std::string& note : guideline.notes) lines.push_back("  " + note);
    return lines;
}

}  // namespace huizhen::node
