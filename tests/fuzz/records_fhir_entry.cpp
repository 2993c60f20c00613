#include "records_fhir_entry.h"

#include <huizhen/base/check.h>
#include <huizhen/fhir/operation_outcome.h>
#include <huizhen/fhir/to_update.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::fuzz {

bool read_records_fhir(std::span<const std::uint8_t> bytes) {
    const auto update = fhir::to_update({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, {});
    if (!update) {
        const Error& error = update.error();
        HZ_CHECK(error.message().find(": ") != std::string::npos, "a reason with its name in front");
        HZ_CHECK(error.code() != ErrorCode::kInternal, "bad input is no bug of ours");
        HZ_CHECK(fhir::http_status(error) >= 400, "a refusal");
        HZ_CHECK(records::is_utf8_text(fhir::operation_outcome(error)), "an answer that can be read");
        return false;
    }
    HZ_CHECK(!update->patients.empty(), "an update is about somebody");
    for (const auto& patient : update->patients) HZ_CHECK(!patient.patient.ids.empty(), "who has a number");
    HZ_CHECK(update->warnings.size() <= fhir::kMaxWarnings, "bounded warnings");
    return true;
}

}  // namespace huizhen::fuzz
