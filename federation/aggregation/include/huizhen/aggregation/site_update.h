#pragma once

// The site's side of a strategy.

#include <huizhen/aggregation/strategy.h>

namespace huizhen::aggregation {

// The vector a site encodes: what is sent of `update` (after - before, as long as the model) and, with
// SCAFFOLD, control_scale * `control_update` behind it. `upload`: strategy.upload_values() long.
// `control_update` is as long as the model, and empty where the strategy has no control.
void pack_update(const Strategy& strategy, std::span<const float> update,
                 std::span<const float> control_update, std::span<float> upload);

// Takes the server's model over into `local`, but for what stays at the site (FedBN). A site that joins
// starts with `local` a copy of the server's.
void take_over(const Strategy& strategy, std::span<const float> server, std::span<float> local);

// SCAFFOLD, option II: after `local_steps` steps of `local_rate`, each against the gradient g - own_control +
// server_control, own_control becomes own_control - server_control - update / (local_steps * local_rate), and
// `control_update` what was added to it. Keep the former own_control until the site is named among those in
// the mean: the server's control is the mean of the sites' own only as long as both move together.
void update_control(std::span<const float> update, std::span<const float> server_control,
                    std::uint32_t local_steps, double local_rate, std::span<float> own_control,
                    std::span<float> control_update);

}  // namespace huizhen::aggregation
