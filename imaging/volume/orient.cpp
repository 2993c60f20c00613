#include <huizhen/volume/orient.h>

namespace huizhen::imaging {
namespace {

double component(Vec3 v, int axis) { return axis == 0 ? v.x : (axis == 1 ? v.y : v.z); }

struct Order {
    std::array<int, 3> from{0, 1, 2};  // from[p]: which grid axis runs along patient axis p
    std::array<bool, 3> flipped{};     // and whether it runs backwards

    bool is_identity() const { return from == std::array{0, 1, 2} && flipped == std::array<bool, 3>{}; }
};

// The assignment of grid axes to patient axes with the greatest sum of |cosines|: unlike taking each axis's
// largest component, it never gives two axes the same place, at 45 degrees either.
Order nearest_order(const Geometry& geometry) {
    const std::array axes{geometry.x_axis, geometry.y_axis, geometry.z_axis};
    std::array<int, 3> candidate{0, 1, 2};
    Order best;
    double best_sum = -1;
    do {
        double sum = 0;
        for (int p = 0; p < 3; ++p)
            sum += std::abs(component(axes[static_cast<std::size_t>(candidate[p])], p));
        if (sum > best_sum + 1e-9) {
            best_sum = sum;
            best.from = candidate;
        }
    } while (std::next_permutation(candidate.begin(), candidate.end()));
    for (int p = 0; p < 3; ++p)
        best.flipped[p] = component(axes[static_cast<std::size_t>(best.from[p])], p) < 0;
    return best;
}

template <typename Voxel>
Grid<Voxel> reorder(Grid<Voxel> grid) {
    const Geometry& old = grid.geometry();
    const Order order = nearest_order(old);
    if (order.is_identity()) return grid;

    const std::array<int, 3> sizes{grid.size().x, grid.size().y, grid.size().z};
    const std::array<double, 3> spacings{old.spacing_mm.x, old.spacing_mm.y, old.spacing_mm.z};
    const std::array axes{old.x_axis, old.y_axis, old.z_axis};
    const std::array<std::ptrdiff_t, 3> strides{1, sizes[0], std::ptrdiff_t{sizes[0]} * sizes[1]};
    std::array<int, 3> new_sizes{};
    std::array<double, 3> new_spacings{};
    std::array<Vec3, 3> new_axes{};
    std::array<std::ptrdiff_t, 3> steps{};
    std::array<double, 3> first{};  // the old indices of the new first voxel
    std::ptrdiff_t start = 0;
    for (std::size_t p = 0; p < 3; ++p) {
        const auto a = static_cast<std::size_t>(order.from[p]);
        new_sizes[p] = sizes[a];
        new_spacings[p] = spacings[a];
        new_axes[p] = order.flipped[p] ? -1.0 * axes[a] : axes[a];
        steps[p] = order.flipped[p] ? -strides[a] : strides[a];
        if (order.flipped[p]) {
            first[a] = sizes[a] - 1;
            start += strides[a] * (sizes[a] - 1);
        }
    }
    const Geometry geometry{old.to_patient({first[0], first[1], first[2]}),
                            {new_spacings[0], new_spacings[1], new_spacings[2]},
                            new_axes[0],
                            new_axes[1],
                            new_axes[2]};
    Grid<Voxel> turned = Grid<Voxel>::unfilled({new_sizes[0], new_sizes[1], new_sizes[2]}, geometry);
    const Voxel* source = grid.voxels().data();
    Voxel* target = turned.voxels().data();
    for (int z = 0; z < new_sizes[2]; ++z) {
        for (int y = 0; y < new_sizes[1]; ++y) {
            const Voxel* from = source + start + z * steps[2] + y * steps[1];
            for (int x = 0; x < new_sizes[0]; ++x) *target++ = from[x * steps[0]];
        }
    }
    return turned;
}

}  // namespace

Volume to_patient_order(Volume volume) { return reorder(std::move(volume)); }
Mask to_patient_order(Mask mask) { return reorder(std::move(mask)); }

}  // namespace huizhen::imaging
