#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/lung/components.h>

namespace huizhen::imaging {
namespace {

struct Run {
    int begin, end;  // x, half open
    std::int32_t parent;
};

std::int32_t find_root(std::vector<Run>& runs, std::int32_t run) {
    while (runs[run].parent != run) {
        runs[run].parent = runs[runs[run].parent].parent;
        run = runs[run].parent;
    }
    return run;
}

void unite(std::vector<Run>& runs, std::int32_t a, std::int32_t b) {
    a = find_root(runs, a);
    b = find_root(runs, b);
    if (a < b) {
        runs[b].parent = a;
    } else {
        runs[a].parent = b;
    }
}

// Runs of the mask row after row; row_begin[r] is the first run of row r = y + ny * z.
struct Runs {
    std::vector<Run> runs;
    std::vector<std::int32_t> row_begin;
};

Runs collect_runs(const Mask& mask) {
    const Size3 size = mask.size();
    const std::size_t rows = static_cast<std::size_t>(size.y) * static_cast<std::size_t>(size.z);
    Runs out;
    out.row_begin.reserve(rows + 1);
    const std::uint8_t* row = mask.voxels().data();
    for (std::size_t r = 0; r < rows; ++r, row += size.x) {
        out.row_begin.push_back(static_cast<std::int32_t>(out.runs.size()));
        for (int x = 0; x < size.x;) {
            if (row[x] == 0) {
                ++x;
                continue;
            }
            const int begin = x;
            while (x < size.x && row[x] != 0) ++x;
            const auto self = static_cast<std::int32_t>(out.runs.size());
            out.runs.push_back({begin, x, self});
        }
    }
    out.row_begin.push_back(static_cast<std::int32_t>(out.runs.size()));
    return out;
}

// Joins the runs of two rows that overlap, or nearly so (`reach` 1 for diagonal neighbours).
void join_rows(Runs& all, std::size_t row, std::size_t other, int reach) {
    std::int32_t a = all.row_begin[row];
    std::int32_t b = all.row_begin[other];
    const std::int32_t a_end = all.row_begin[row + 1];
    const std::int32_t b_end = all.row_begin[other + 1];
    while (a < a_end && b < b_end) {
        const Run& ra = all.runs[a];
        const Run& rb = all.runs[b];
        if (ra.begin < rb.end + reach && rb.begin < ra.end + reach) unite(all.runs, a, b);
        if (all.runs[a].end < all.runs[b].end) {
            ++a;
        } else {
            ++b;
        }
    }
}

void join_all(Runs& all, Size3 size, Connectivity connectivity) {
    const bool diagonal = connectivity == Connectivity::kAll26;
    const int reach = diagonal ? 1 : 0;
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            const std::size_t row = static_cast<std::size_t>(y) + static_cast<std::size_t>(size.y) * z;
            if (all.row_begin[row] == all.row_begin[row + 1]) continue;
            if (y > 0) join_rows(all, row, row - 1, reach);
            if (z == 0) continue;
            const std::size_t below = row - size.y;
            join_rows(all, row, below, reach);
            if (diagonal && y > 0) join_rows(all, row, below - 1, reach);
            if (diagonal && y + 1 < size.y) join_rows(all, row, below + 1, reach);
        }
    }
}

void add_run(Component& component, const Run& run, int y, int z, std::size_t first_voxel) {
    const int count = run.end - run.begin;
    if (component.voxels == 0) {
        component.first_voxel = first_voxel;
        component.low[0] = run.begin;
        component.high[0] = run.end - 1;
        component.low[1] = component.high[1] = y;
        component.low[2] = component.high[2] = z;
    }
    component.voxels += static_cast<std::size_t>(count);
    component.centroid_voxel.x += 0.5 * count * (run.begin + run.end - 1);
    component.centroid_voxel.y += static_cast<double>(count) * y;
    component.centroid_voxel.z += static_cast<double>(count) * z;
    component.low[0] = std::min(component.low[0], run.begin);
    component.high[0] = std::max(component.high[0], run.end - 1);
    component.low[1] = std::min(component.low[1], y);
    component.high[1] = std::max(component.high[1], y);
    component.high[2] = z;
}

// Statistics per root, in order of first appearance; `slot` maps each run to its entry.
std::vector<Component> summarise(Runs& all, Size3 size, std::vector<std::int32_t>& slot) {
    std::vector<Component> found;
    slot.assign(all.runs.size(), -1);
    for (int z = 0; z < size.z; ++z) {
        for (int y = 0; y < size.y; ++y) {
            const std::size_t row = static_cast<std::size_t>(y) + static_cast<std::size_t>(size.y) * z;
            for (std::int32_t r = all.row_begin[row]; r < all.row_begin[row + 1]; ++r) {
                const std::int32_t root = find_root(all.runs, r);
                if (slot[root] < 0) {
                    slot[root] = static_cast<std::int32_t>(found.size());
                    found.emplace_back();
                }
                slot[r] = slot[root];
                add_run(found[slot[r]], all.runs[r], y, z,
                        row * static_cast<std::size_t>(size.x) + static_cast<std::size_t>(all.runs[r].begin));
            }
        }
    }
    return found;
}

}  // namespace

Components label_components(const Mask& mask, Connectivity connectivity, std::size_t min_voxels) {
    const Size3 size = mask.size();
    Runs all = collect_runs(mask);
    join_all(all, size, connectivity);
    std::vector<std::int32_t> slot;
    std::vector<Component> found = summarise(all, size, slot);

    std::vector<std::int32_t> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return found[a].voxels > found[b].voxels; });

    Components out{Grid<std::int32_t>(size, mask.geometry()), {}};
    std::vector<std::int32_t> label(found.size(), 0);
    for (const std::int32_t i : order) {
        if (found[i].voxels < min_voxels) break;
        const auto count = static_cast<double>(found[i].voxels);
        found[i].centroid_voxel = (1.0 / count) * found[i].centroid_voxel;
        out.list.push_back(found[i]);
        label[i] = static_cast<std::int32_t>(out.list.size());
    }
    std::int32_t* row = out.labels.voxels().data();
    for (std::size_t r = 0; r + 1 < all.row_begin.size(); ++r, row += size.x) {
        for (std::int32_t run = all.row_begin[r]; run < all.row_begin[r + 1]; ++run) {
            std::fill(row + all.runs[run].begin, row + all.runs[run].end, label[slot[run]]);
        }
    }
    return out;
}

namespace {

// Calls visit(neighbour index) for the face neighbours of voxel `i` inside the grid.
template <typename Visit>
void for_faces(Size3 size, std::size_t i, Visit&& visit) {
    const auto nx = static_cast<std::size_t>(size.x);
    const auto slice = nx * static_cast<std::size_t>(size.y);
    const std::size_t x = i % nx;
    const std::size_t y = i / nx % static_cast<std::size_t>(size.y);
    const std::size_t z = i / slice;
    if (x > 0) visit(i - 1);
    if (x + 1 < nx) visit(i + 1);
    if (y > 0) visit(i - nx);
    if (y + 1 < static_cast<std::size_t>(size.y)) visit(i + nx);
    if (z > 0) visit(i - slice);
    if (z + 1 < static_cast<std::size_t>(size.z)) visit(i + slice);
}

}  // namespace

Mask flood(const Mask& passable, const std::vector<std::size_t>& seeds) {
    Mask reached(passable.size(), passable.geometry());
    const std::span<const std::uint8_t> open = passable.voxels();
    const std::span<std::uint8_t> out = reached.voxels();
    std::vector<std::size_t> front;
    for (const std::size_t seed : seeds) {
        HZ_CHECK(seed < open.size(), "a flood seed lies in the grid");
        if (open[seed] != 0 && out[seed] == 0) {
            out[seed] = 1;
            front.push_back(seed);
        }
    }
    while (!front.empty()) {
        const std::size_t i = front.back();
        front.pop_back();
        for_faces(passable.size(), i, [&](std::size_t n) {
            if (open[n] == 0 || out[n] != 0) return;
            out[n] = 1;
            front.push_back(n);
        });
    }
    return reached;
}

void spread_labels(const Mask& domain, Grid<std::uint8_t>& labels) {
    HZ_CHECK(domain.size() == labels.size(), "labels lie on the grid of their domain");
    const std::span<const std::uint8_t> open = domain.voxels();
    const std::span<std::uint8_t> out = labels.voxels();
    std::vector<std::size_t> front;
    std::vector<std::size_t> next;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i] != 0) front.push_back(i);
    }
    std::stable_sort(front.begin(), front.end(),
                     [&](std::size_t a, std::size_t b) { return out[a] < out[b]; });
    while (!front.empty()) {
        next.clear();
        for (const std::size_t i : front) {
            for_faces(domain.size(), i, [&](std::size_t n) {
                if (open[n] == 0 || out[n] != 0) return;
                out[n] = out[i];
                next.push_back(n);
            });
        }
        front.swap(next);
    }
}

}  // namespace huizhen::imaging
