#pragma once

// The site's own judgement of two models, on the same held-out cases: figures that may leave the site,
// nothing of single cases.

#include "jobs/training_job.h"

namespace huizhen::site {

struct EvaluationWork {
    rounds::Candidate candidate;
    // FedBN: the normalisations this site adds to either model; none where it has no own ones.
    std::optional<objects::ObjectName> current_norms, candidate_norms;
};

// The row as the coordinator reads it. kCancelled; kNotFound: there are no cases.
Result<rounds::Bytes> evaluate(const EvaluationWork& work, const JobTools& tools, const std::stop_token& stop,
                               ProgressSink& progress);

}  // namespace huizhen::site
