#pragma once

// What a plan leaves at the site between its rounds: a codec's residual, SCAFFOLD's own control, FedBN's
// normalisations. They tell about patients, so they lie sealed in STATE/kept; the database has their names.
//
// A round writes the next ones before it answers; only when it ends with this site's update in its sum do
// they take the place of the present ones.

#include <map>
#include <span>

#include <huizhen/objects/store.h>
#include <huizhen/rounds/names.h>

#include "state/schema.h"

namespace huizhen::site {

inline constexpr std::string_view kResidual = "residual", kOwnControl = "own-control", kNorms = "norms";

// A vector's name and its object.
using KeptVectors = std::map<std::string, objects::ObjectName>;

// Any thread: the object store is.
Result<objects::ObjectName> put_vector(objects::Store& store, std::span<const float> values);
// kIntegrity where it is not `values` long.
Result<std::vector<float>> get_vector(const objects::Store& store, const objects::ObjectName& name,
                                      std::uint64_t values);

// The loop's thread alone, in its transaction.
class KeptStore {
  public:
    explicit KeptStore(database::Connection& connection) : connection_(&connection) {}

    Result<KeptVectors> present(const rounds::PlanId& plan) const;
    Result<KeptVectors> next(const rounds::RoundName& round) const;
    Status set_next(const rounds::RoundName& round, const KeptVectors& vectors);
    // The round is over: the next ones become the present ones, or go.
    Status settle(const rounds::RoundName& round, bool included);

    // Removes the objects that no row names: called when nothing is under way.
    Status sweep(objects::Store& store) const;

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::site
