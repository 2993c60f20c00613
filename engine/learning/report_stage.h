#pragma once

// "report-stage/1": what a lung pathology report says of the tumour's extent: stage III or IV, T2 or more,
// lymph nodes involved. A linear model on hashed text; the multimodal model's text encoder will take its
// place as report-stage/2.
//
// What the text gives away: most reports state pT and pN in so many words, some the stage. The task is then
// to read, not to judge; a figure here says how well reports are read, not how well a stage is foreseen.

#include "network_task.h"

namespace huizhen::learning {

inline constexpr const char* kReportStageName = "report-stage/1";
std::vector<std::string> report_stage_heads();

Result<std::unique_ptr<LearningTask>> make_report_stage(CaseSet cases, int held_out_fold,
                                                        engine::Context& context);

}  // namespace huizhen::learning
