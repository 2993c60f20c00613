#pragma once

// How often a job is tried, and how long it waits in between.

#include <chrono>

#include <huizhen/base/random_source.h>

namespace huizhen::jobs {

struct Policy {
    int max_failures = 8;  // since the last stage that was finished
    int max_deaths = 20;   // processes that ended while they worked on it, since that stage
    std::chrono::milliseconds first_delay = std::chrono::seconds(10);
    std::chrono::milliseconds longest_delay = std::chrono::hours(1);
    std::int64_t max_open = 200'000;  // waiting, delayed and running together
};

// Doubles with every failure up to the longest, of which a random half to whole: jobs that failed together do
// not come back together. `failures` from 1.
std::chrono::milliseconds delay_after(int failures, const Policy& policy, RandomSource& random);

}  // namespace huizhen::jobs
