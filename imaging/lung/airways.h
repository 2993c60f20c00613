#pragma once

// Trachea and main bronchi, so that they can be taken out of the lungs.

#include <optional>

#include <huizhen/base/executor.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// The large airways with their walls, on the coarse grid; nothing where no trachea runs through the volume.
// `fine`: HU, patient order. `coarse`: the same halved. `inner`: air not joined to the air around the body.
// `body_middle_x`: the body's midline on the coarse grid.
std::optional<Mask> find_large_airways(const Volume& fine, const Volume& coarse, const Mask& inner,
                                       double body_middle_x, Executor& executor);

}  // namespace huizhen::imaging
