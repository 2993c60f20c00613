#pragma once

// Descriptions of studies, series and held instances as JSON.

#include <huizhen/cases/intake.h>

#include "chart_json.h"

namespace huizhen::cases {

Json to_json(const StudyDescription& study);
Json to_json(const SeriesDescription& series);
Json to_json(const NewInstance& instance);

StudyDescription study_from(const Json& json);
SeriesDescription series_from(const Json& json);
NewInstance instance_from(const Json& json);

}  // namespace huizhen::cases
