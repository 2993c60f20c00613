#include <numbers>

#include <huizhen/base/check.h>
#include <huizhen/training/augment.h>

namespace huizhen::engine {
namespace {

using Axis = std::array<double, 3>;

double symmetric(Philox& random, double range) { return (2 * random.uniform() - 1) * range; }

// Index of the sample that a picture mirrored at its border (without repeating the edge) shows at `i`.
int mirrored(int i, int n) {
    while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}

float lerp(float a, float b, float t) { return a + t * (b - a); }

// Trilinear interpolation with clamped coordinates.
float sample(std::span<const float> slab, SlabShape shape, const Axis& at) {
    const int n = shape.side, extents[3] = {n, n, shape.depth};
    int low[3], high[3];
    float t[3];
    for (std::size_t k = 0; k < 3; ++k) {
        const double v = std::clamp(at[k], 0.0, static_cast<double>(extents[k] - 1));
        low[k] = static_cast<int>(v);
        high[k] = std::min(low[k] + 1, extents[k] - 1);
        t[k] = static_cast<float>(v - low[k]);
    }
    const auto row = [&](int y, int z) {
        const float* line =
            slab.data() + static_cast<std::ptrdiff_t>(n) * (y + static_cast<std::ptrdiff_t>(n) * z);
        return lerp(line[low[0]], line[high[0]], t[0]);
    };
    return lerp(lerp(row(low[1], low[2]), row(high[1], low[2]), t[1]),
                lerp(row(low[1], high[2]), row(high[1], high[2]), t[1]), t[2]);
}

// Columns: where one step along x, y, z of the result goes in the source.
std::array<Axis, 3> random_frame(const VolumeAugmentation& how, Philox& random) {
    const double turn = how.turn_axial ? symmetric(random, std::numbers::pi) : 0.0;
    const double tilt = symmetric(random, how.tilt_degrees * std::numbers::pi / 180);
    const double scale = std::exp(symmetric(random, how.scale));
    const double ct = std::cos(turn), st = std::sin(turn), cp = std::cos(tilt), sp = std::sin(tilt);
    // Turned about z, then tilted about x.
    std::array<Axis, 3> frame{Axis{ct, cp * st, sp * st}, Axis{-st, cp * ct, sp * ct}, Axis{0, -sp, cp}};
    for (Axis& axis : frame) {
        const double sign = how.mirror && random.uniform() < 0.5 ? -1.0 : 1.0;
        for (double& component : axis) component *= sign * scale;
    }
    return frame;
}

}  // namespace

void augment_plane(std::span<const float> in, int side, const PlaneAugmentation& how, Philox& random,
                   std::span<float> out) {
    HZ_CHECK(in.size() == static_cast<std::size_t>(side) * static_cast<std::size_t>(side) &&
                 out.size() == in.size(),
             "a square picture");
    const double angle = how.turn ? symmetric(random, std::numbers::pi) : 0.0;
    const double scale = std::exp(symmetric(random, how.scale));
    const double mirror = how.mirror && random.uniform() < 0.5 ? -1.0 : 1.0;
    const double shift_x = symmetric(random, how.shift), shift_y = symmetric(random, how.shift);
    const auto contrast = static_cast<float>(1 + how.contrast * random.normal());
    const auto brightness = static_cast<float>(how.brightness * random.normal());
    random.normal(out, 0.0F, static_cast<float>(how.noise));

    const double middle = 0.5 * (side - 1), c = scale * std::cos(angle), s = scale * std::sin(angle);
    const auto pixel = [&](int x, int y) {
        return in[static_cast<std::size_t>(mirrored(y, side) * side + mirrored(x, side))];
    };
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            const double dx = mirror * (x - middle), dy = y - middle;
            const double u = middle + shift_x + c * dx - s * dy, v = middle + shift_y + s * dx + c * dy;
            const int u0 = static_cast<int>(std::floor(u)), v0 = static_cast<int>(std::floor(v));
            const auto tu = static_cast<float>(u - u0), tv = static_cast<float>(v - v0);
            const float value = lerp(lerp(pixel(u0, v0), pixel(u0 + 1, v0), tu),
                                     lerp(pixel(u0, v0 + 1), pixel(u0 + 1, v0 + 1), tu), tv);
            out[static_cast<std::size_t>(y * side + x)] += contrast * value + brightness;
        }
    }
}

void augment_slab(std::span<const float> source, SlabShape from, SlabShape to, const VolumeAugmentation& how,
                  Philox& random, std::span<float> out) {
    HZ_CHECK(source.size() == from.count() && out.size() == to.count(), "slabs of the stated shapes");
    const auto frame = random_frame(how, random);
    Axis origin{0.5 * (from.side - 1), 0.5 * (from.side - 1), 0.5 * (from.depth - 1)};
    for (double& component : origin) component += symmetric(random, how.shift);
    const auto offset = static_cast<float>(how.offset * random.normal());
    random.normal(out, offset, static_cast<float>(how.noise));

    std::size_t index = 0;
    for (int z = 0; z < to.depth; ++z) {
        for (int y = 0; y < to.side; ++y) {
            for (int x = 0; x < to.side; ++x, ++index) {
                const double dx = x - 0.5 * (to.side - 1), dy = y - 0.5 * (to.side - 1),
                             dz = z - 0.5 * (to.depth - 1);
                Axis at;
                for (std::size_t k = 0; k < 3; ++k)
                    at[k] = origin[k] + dx * frame[0][k] + dy * frame[1][k] + dz * frame[2][k];
                out[index] += sample(source, from, at);
            }
        }
    }
}

void middle_slab(std::span<const float> source, SlabShape from, SlabShape to, std::span<float> out) {
    HZ_CHECK(source.size() == from.count() && out.size() == to.count(), "slabs of the stated shapes");
    HZ_CHECK(to.side <= from.side && (from.side - to.side) % 2 == 0 && to.depth <= from.depth &&
                 (from.depth - to.depth) % 2 == 0,
             "a middle that lies on samples");
    const int margin = (from.side - to.side) / 2, above = (from.depth - to.depth) / 2;
    auto* into = out.data();
    for (int z = 0; z < to.depth; ++z) {
        for (int y = 0; y < to.side; ++y) {
            const auto begin =
                (static_cast<std::ptrdiff_t>(z + above) * from.side + y + margin) * from.side + margin;
            into = std::copy_n(source.data() + begin, to.side, into);
        }
    }
}

}  // namespace huizhen::engine
