#include <huizhen/base/check.h>
#include <huizhen/lung/distance.h>

namespace huizhen::imaging {
namespace {

// Columns are copied a few side by side: a strided walk would use 4 bytes of each cache line.
constexpr int kColumnsAtOnce = 16;

// One line of the lower envelope. `f` is replaced by min over q of (p - q)^2 + f(q).
class Envelope {
  public:
    explicit Envelope(int length) : at_(length), from_(length + 1), out_(length) {}

    void transform(float* f, int n) {
        int k = -1;
        for (int q = 0; q < n; ++q) {
            if (f[q] >= kFarSquared) continue;
            float s = -1e30F;
            while (k >= 0) {
                const int p = at_[k];
                // Where the parabolas rooted at p and q cross.
                s = ((f[q] + static_cast<float>(q) * static_cast<float>(q)) -
                     (f[p] + static_cast<float>(p) * static_cast<float>(p))) /
                    static_cast<float>(2 * (q - p));
                if (s > from_[k]) break;
                --k;
            }
            ++k;
            at_[k] = q;
            from_[k] = k == 0 ? -1e30F : s;
        }
        if (k < 0) return;  // nothing in this line
        from_[k + 1] = 1e30F;
        int j = 0;
        for (int p = 0; p < n; ++p) {
            while (from_[j + 1] < static_cast<float>(p)) ++j;
            const auto d = static_cast<float>(p - at_[j]);
            out_[p] = d * d + f[at_[j]];
        }
        std::copy(out_.begin(), out_.begin() + n, f);
    }

  private:
    std::vector<int> at_;
    std::vector<float> from_;
    std::vector<float> out_;
};

bool is_settled(const float* f, int n) {
    for (int p = 0; p < n; ++p) {
        if (f[p] != 0.0F) return false;
    }
    return true;
}

// Transforms lines of `n` values `stride` apart, for `columns` neighbouring start points.
void transform_columns(float* data, int columns, std::size_t stride, int n, Envelope& envelope,
                       std::vector<float>& buffer) {
    for (int first = 0; first < columns; first += kColumnsAtOnce) {
        const int count = std::min(kColumnsAtOnce, columns - first);
        for (int p = 0; p < n; ++p) {
            const float* from = data + first + stride * static_cast<std::size_t>(p);
            for (int c = 0; c < count; ++c) buffer[static_cast<std::size_t>(c) * n + p] = from[c];
        }
        for (int c = 0; c < count; ++c) {
            float* line = buffer.data() + static_cast<std::size_t>(c) * n;
            if (!is_settled(line, n)) envelope.transform(line, n);
        }
        for (int p = 0; p < n; ++p) {
            float* to = data + first + stride * static_cast<std::size_t>(p);
            for (int c = 0; c < count; ++c) to[c] = buffer[static_cast<std::size_t>(c) * n + p];
        }
    }
}

// Squared distance along x alone, by a scan each way.
void scan_row(const std::uint8_t* mask, std::uint8_t value, int n, float* out) {
    int last = -1;
    for (int x = 0; x < n; ++x) {
        if (mask[x] == value) last = x;
        const auto d = static_cast<float>(x - last);
        out[x] = last < 0 ? kFarSquared : d * d;
    }
    last = -1;
    for (int x = n - 1; x >= 0; --x) {
        if (mask[x] == value) last = x;
        if (last < 0) continue;
        const auto d = static_cast<float>(last - x);
        out[x] = std::min(out[x], d * d);
    }
}

Mask within(const Grid<float>& squared, float limit, bool inside) {
    Mask out(squared.size(), squared.geometry());
    const float* from = squared.voxels().data();
    std::uint8_t* to = out.voxels().data();
    const std::size_t count = squared.size().count();
    for (std::size_t i = 0; i < count; ++i) to[i] = (from[i] <= limit) == inside ? 1 : 0;
    return out;
}

float squared_radius_voxels(const Mask& mask, double radius_mm) {
    const double radius = radius_mm / isotropic_spacing_mm(mask.geometry());
    return static_cast<float>(radius * radius);
}

}  // namespace

double isotropic_spacing_mm(const Geometry& geometry) {
    const Vec3 s = geometry.spacing_mm;
    HZ_CHECK(std::abs(s.y - s.x) < 0.01 * s.x && std::abs(s.z - s.x) < 0.01 * s.x, "the grid is isotropic");
    return s.x;
}

Grid<float> squared_distance_to(const Mask& mask, std::uint8_t value, Executor& executor) {
    isotropic_spacing_mm(mask.geometry());
    const Size3 size = mask.size();
    Grid<float> out(size, mask.geometry());
    const std::size_t slice = static_cast<std::size_t>(size.x) * static_cast<std::size_t>(size.y);
    executor.parallel_for(static_cast<std::size_t>(size.z), 1, [&](std::size_t begin, std::size_t end) {
        Envelope envelope(size.y);
        std::vector<float> buffer(static_cast<std::size_t>(size.y) * kColumnsAtOnce);
        for (std::size_t z = begin; z < end; ++z) {
            for (int y = 0; y < size.y; ++y) {
                const std::size_t row = z * slice + static_cast<std::size_t>(y) * size.x;
                scan_row(mask.voxels().data() + row, value, size.x, out.voxels().data() + row);
            }
            transform_columns(out.voxels().data() + z * slice, size.x, static_cast<std::size_t>(size.x),
                              size.y, envelope, buffer);
        }
    });
    executor.parallel_for(static_cast<std::size_t>(size.y), 4, [&](std::size_t begin, std::size_t end) {
        Envelope envelope(size.z);
        std::vector<float> buffer(static_cast<std::size_t>(size.z) * kColumnsAtOnce);
        for (std::size_t y = begin; y < end; ++y) {
            transform_columns(out.voxels().data() + y * static_cast<std::size_t>(size.x), size.x, slice,
                              size.z, envelope, buffer);
        }
    });
    return out;
}

Mask dilate(const Mask& mask, double radius_mm, Executor& executor) {
    return within(squared_distance_to(mask, 1, executor), squared_radius_voxels(mask, radius_mm), true);
}

Mask erode(const Mask& mask, double radius_mm, Executor& executor) {
    return within(squared_distance_to(mask, 0, executor), squared_radius_voxels(mask, radius_mm), false);
}

Mask close_gaps(const Mask& mask, double radius_mm, Executor& executor) {
    return erode(dilate(mask, radius_mm, executor), radius_mm, executor);
}

Mask open_necks(const Mask& mask, double radius_mm, Executor& executor) {
    return dilate(erode(mask, radius_mm, executor), radius_mm, executor);
}

Grid<float> signed_distance_mm(const Mask& mask, Executor& executor) {
    const auto spacing = static_cast<float>(isotropic_spacing_mm(mask.geometry()));
    Grid<float> inside = squared_distance_to(mask, 0, executor);
    const Grid<float> outside = squared_distance_to(mask, 1, executor);
    const std::span<float> out = inside.voxels();
    const std::span<const float> negative = outside.voxels();
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] =
            out[i] > 0 ? spacing * (std::sqrt(out[i]) - 0.5F) : spacing * (0.5F - std::sqrt(negative[i]));
    }
    return inside;
}

}  // namespace huizhen::imaging
