#pragma once

// A person's order to a site: followed at once where no daemon has the state, else left for the daemon.

#include <filesystem>
#include <string>

#include <huizhen/base/clock.h>
#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>

namespace huizhen::site {

struct Order {
    enum class Kind { kPin, kRefuse, kUnpin, kLeave };
    Kind kind = Kind::kPin;
    std::string task;      // not of kLeave
    Sha256Digest model{};  // of kPin and kRefuse
    std::string who;       // the account that asked
};

// kDoneUntold: the site has left, and the coordinator could not be told: its people have to revoke the
// certificate. kLeft: for the daemon.
enum class OrderGiven { kDone, kDoneUntold, kLeft };

// kNotFound: nothing is known of the task, or no such model.
Result<OrderGiven> give_order(const std::filesystem::path& state, const Order& order, const Clock& clock,
                              RandomSource& random);

}  // namespace huizhen::site
