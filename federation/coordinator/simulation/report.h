#pragma once

// What a simulation tells a person, and a program.

#include <map>
#include <string>
#include <vector>

#include <huizhen/acceptance/auc.h>

namespace huizhen::coordinator::simulation {

struct RoundReport {
    std::uint64_t number = 0;
    std::uint32_t iteration = 0, attempt = 0;
    std::size_t invited = 0, included = 0;
    std::map<std::string, std::size_t> left_out;  // "silent in upload": how many
    std::uint64_t messages = 0;
    std::uint64_t bytes_up = 0, bytes_down = 0;  // of an invited site, in the mean
    double seconds = 0;                          // simulated
    std::size_t crashes = 0, replayed = 0;  // programs killed; inputs they took again from their journals
    std::string model;                      // its SHA-256; empty: the round failed
    std::string failure;                    // by name
    bool exact = false;                     // the model is that of the same updates without masks

    bool sound() const { return model.empty() ? !failure.empty() : exact; }
};

// Of the last model, on the held-out cases of all sites together.
struct HeadReport {
    std::string head;
    std::size_t cases = 0, positives = 0;
    acceptance::Interval auc;
};

struct Report {
    std::vector<RoundReport> rounds;
    std::string model;
    std::string failure;  // of the plan; empty: it is complete
    std::size_t sites = 0, vanished = 0;
    std::vector<HeadReport> heads;

    // Every round was exact or ended by name.
    bool sound() const;
};

std::string text_of(const RoundReport& round);  // one line
std::string ending_of(const Report& report);    // what comes after the rounds
std::string json_of(const Report& report);

}  // namespace huizhen::coordinator::simulation
