#include "identity.h"

namespace huizhen::cases {

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view kBlank(" \t\r\n\0", 5);
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

namespace {

std::string one_writing(std::string_view authority) {
    // HL7's "HIS&1.2.840.99&ISO": the name, or where there is none the universal id.
    const auto first = authority.find('&');
    if (first != std::string_view::npos) {
        const std::string_view name = without_blanks(authority.substr(0, first));
        const std::string_view rest = authority.substr(first + 1);
        authority = name.empty() ? rest.substr(0, rest.find('&')) : name;
    }
    std::string upper(without_blanks(authority));
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return upper;
}

}  // namespace

chart::PatientId normal_id(const Options& options, const chart::PatientId& id) {
    std::string authority = one_writing(id.authority);
    for (const auto& [written, meant] : options.same_authority) {
        if (authority == one_writing(written)) authority = one_writing(meant);
    }
    if (authority.empty()) authority = one_writing(options.default_authority);
    return {std::string(without_blanks(id.value)), std::move(authority)};
}

Sha256Digest hash_of_id(const Core& core, const chart::PatientId& normal) {
    return hash_of(core, "patient id", normal.authority, normal.value);
}

Sha256Digest hash_of_number(const Core& core, std::string_view number) {
    return hash_of(core, "patient number", without_blanks(number), "");
}

std::optional<Sha256Digest> hash_of_accession(const Core& core, std::string_view accession) {
    accession = without_blanks(accession);
    if (accession.empty()) return std::nullopt;
    return hash_of(core, "accession number", accession, "");
}

Sha256Digest hash_of(const Core& core, std::string_view kind, std::string_view a, std::string_view b) {
    return vault::keyed_hash(core.search, {kind, a, b});
}

}  // namespace huizhen::cases
