#pragma once

// A chart's values as JSON: what is sealed in rows and written into exports. decode functions throw
// nlohmann::json::exception: call them within open_json.

#include <huizhen/chart/update.h>

#include "sealing.h"

namespace huizhen::cases {

Json to_json(const chart::PatientId& id);
Json to_json(const chart::Patient& patient);  // with its ids, where it has some
Json to_json(const chart::Entry& entry);
Json to_json(const chart::Time& time);

chart::PatientId patient_id_from(const Json& json);
chart::Patient patient_from(const Json& json);
chart::Entry entry_from(const Json& json);
chart::Time time_from(const Json& json);

std::string_view kind_of(const chart::Entry& entry);  // "observation"
// The parts that entries of every kind have.
chart::State state_of(const chart::Entry& entry);

}  // namespace huizhen::cases
