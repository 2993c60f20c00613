#include <huizhen/clinical/facts.h>

namespace huizhen::clinical {

std::optional<double> NoduleFacts::mean_diameter_mm() const {
    if (!long_axis_mm || !short_axis_mm) return std::nullopt;
    return (*long_axis_mm + *short_axis_mm) / 2;
}

std::string_view to_string(Sex sex) { return sex == Sex::kFemale ? "female" : "male"; }

std::string_view to_string(Smoking smoking) {
    switch (smoking) {
        case Smoking::kNever: return "never";
        case Smoking::kFormer: return "former";
        case Smoking::kCurrent: return "current";
    }
    return "";
}

std::string_view to_string(NoduleType type) {
    switch (type) {
        case NoduleType::kSolid: return "solid";
        case NoduleType::kPartSolid: return "part-solid";
        case NoduleType::kGroundGlass: return "ground glass";
    }
    return "";
}

}  // namespace huizhen::clinical
