#include <huizhen/record_codes/code_systems.h>

namespace huizhen::records {
namespace {

struct Named {
    std::string_view name, uri;
};

constexpr std::array kNamed{
    Named{"LN", kLoinc},
    Named{"LOINC", kLoinc},
    Named{"SCT", kSnomed},
    Named{"SNM3", kSnomed},
    Named{"SNOMED", kSnomed},
    Named{"SNOMED-CT", kSnomed},
    Named{"I10", kIcd10},
    Named{"ICD10", kIcd10},
    Named{"ICD-10", kIcd10},
    Named{"I10C", "http://hl7.org/fhir/sid/icd-10-cm"},
    Named{"ICD10CM", "http://hl7.org/fhir/sid/icd-10-cm"},
    Named{"I10P", "http://www.cms.gov/Medicare/Coding/ICD10"},
    Named{"I9C", "http://hl7.org/fhir/sid/icd-9-cm"},
    Named{"I9CDX", "http://hl7.org/fhir/sid/icd-9-cm"},
    Named{"C4", "http://www.ama-assn.org/go/cpt"},
    Named{"CPT4", "http://www.ama-assn.org/go/cpt"},
    Named{"CVX", "http://hl7.org/fhir/sid/cvx"},
    Named{"NDC", "http://hl7.org/fhir/sid/ndc"},
    Named{"RXNORM", "http://www.nlm.nih.gov/research/umls/rxnorm"},
    Named{"ATC", "http://www.whocc.no/atc"},
    Named{"DCM", "http://dicom.nema.org/resources/ontology/DCM"},
    Named{"UCUM", kUcum},
};

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

}  // namespace

std::string code_system_uri(std::string_view name) {
    const std::string known = upper(name);
    for (const Named& each : kNamed) {
        if (known == each.name) return std::string(each.uri);
    }
    const bool table = known.size() == 7 && known.starts_with("HL7") &&
                       known.find_first_not_of("0123456789", 3) == std::string::npos;
    return table ? "http://terminology.hl7.org/CodeSystem/v2-" + known.substr(3) : std::string(name);
}

}  // namespace huizhen::records
