#include <huizhen/fhir/to_update.h>

#include "json.h"
#include "resources.h"
#include "subjects.h"

namespace huizhen::fhir {
namespace {

using Map = Entries (*)(const Context&, const Node&, const Resource&);
struct Known {
    std::string_view type;
    Map map;
};
constexpr std::array kKnown{
    Known{"Observation", observation_entries},    Known{"DiagnosticReport", report_entries},
    Known{"DocumentReference", document_entries}, Known{"Condition", condition_entries},
    Known{"Procedure", procedure_entries},        Known{"MedicationRequest", medication_entries},
    Known{"Encounter", encounter_entries},        Known{"ServiceRequest", order_entries},
};

const Known* known(std::string_view type) {
    const auto found =
        std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& each) { return each.type == type; });
    return found == kKnown.end() ? nullptr : found;
}

// Read through others, or said by none of ours.
bool is_read_elsewhere(std::string_view type) {
    return type == "Patient" || type == "ImagingStudy" || type == "Medication" || type == "MessageHeader";
}

// Whoever does not know these must not use the rest (FHIR 2.4.1 and 2.24.1).
bool changes_the_meaning(const Node& node) {
    return !node["modifierExtension"].items().empty() || node["implicitRules"].present();
}

class Reader {
  public:
    explicit Reader(const Context& context) : context_(context), subjects_(context) {}

    Status run() {
        HZ_TRY(subjects_.add_patients());
        std::size_t kept = context_.update.patients.size();
        for (const Resource* resource : context_.bundle.resources()) {
            HZ_ASSIGN(const bool used, read(*resource));
            kept += used ? 1 : 0;
        }
        for (const auto& [type, count] : left_out_)
            context_.warn("kept-out: " + type + " (" + std::to_string(count) + ")");
        if (kept == 0)
            return fail(ErrorCode::kUnsupported, "nothing-to-keep: no resource of a type that is kept");
        return {};
    }

  private:
    Result<bool> read(const Resource& resource) {
        const Known* type = known(resource.type);
        if (type == nullptr) {
            if (!is_read_elsewhere(resource.type)) ++left_out_[resource.type];
            return false;
        }
        std::string wrong;
        const Node node(resource.json, &wrong, "resource");
        if (changes_the_meaning(node)) {
            context_.warn("kept-out: a modifier extension", resource);
            return false;
        }
        HZ_ASSIGN(const auto patient, subjects_.of(node, resource));
        Entries entries = type->map(context_, node, resource);
        if (!wrong.empty())
            return fail(ErrorCode::kMalformedInput, "wrong-type: " + resource.place + ": " + wrong);
        if (!patient) {
            ++left_out_[resource.type + " of no patient"];
            return false;
        }
        auto& all = context_.update.patients[*patient].entries;
        for (auto& entry : entries) all.push_back(std::move(entry));
        return true;
    }

    const Context& context_;
    Subjects subjects_;
    std::map<std::string, std::size_t> left_out_;
};

}  // namespace

Result<chart::Update> to_update(std::string_view json, const Settings& settings) {
    const std::size_t first = json.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (first != std::string_view::npos && json[first] == '<')
        return fail(ErrorCode::kUnsupported, "fhir-xml: only the JSON form is read");
    HZ_ASSIGN(const auto root, read_json(json));
    HZ_ASSIGN(const Bundle bundle, Bundle::open(root));
    chart::Update update;
    update.source = settings.source;
    update.message_id = bundle.message_id;
    update.sent = chart::read_iso_time(bundle.timestamp, settings.without_zone);
    const Context context{bundle, settings, update};
    HZ_TRY(Reader(context).run());
    return update;
}

}  // namespace huizhen::fhir
