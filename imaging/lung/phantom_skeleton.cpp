#include <numbers>

#include "phantom_shapes.h"

namespace huizhen::imaging::phantom {
namespace {

constexpr int kRibs = 11;
constexpr double kRibGapMm = 24;
constexpr double kMarrowHu = 220, kCortexHu = 750, kCartilageHu = 110;

void add_bone(Scene& scene, Vec3 from, Vec3 to, double radius_mm, double cortex_mm = 1.4) {
    scene.tubes.push_back({from, to, radius_mm, radius_mm, kMarrowHu, cortex_mm, kCortexHu, false});
}

// The point at `angle` (0 at the spine, pi at the sternum) and height z that lies `outside` mm outside the
// cavity.
Vec3 on_chest_wall(const Anatomy& anatomy, double angle, double z, double side, double outside) {
    double low = 5, high = 175;
    const Vec3 direction{side * std::sin(angle), std::cos(angle), 0};
    for (int i = 0; i < 30; ++i) {
        const double r = 0.5 * (low + high);
        const Vec3 p{direction.x * r, 4 + direction.y * r, z};
        (anatomy.cavity(p) < outside ? low : high) = r;
    }
    return {direction.x * low, 4 + direction.y * low, z};
}

void add_rib(const Anatomy& anatomy, int index, double side, Scene& scene) {
    constexpr int kPieces = 26;
    const double top = 112 - kRibGapMm * index;
    const double drop = 55 + 4.0 * index;  // the front end hangs lower than the back end
    const double bony = index < 7 ? 0.80 : 0.72 - 0.05 * (index - 7);
    Vec3 before;
    for (int i = 0; i <= kPieces; ++i) {
        const double t = static_cast<double>(i) / kPieces;
        if (index >= 7 && t > bony + 0.02) break;  // lower ribs end free or in the costal arch
        const double angle = 0.24 + t * (std::numbers::pi - 0.42);
        const double z = top - drop * std::pow(t, 1.2);
        const Vec3 here = on_chest_wall(anatomy, angle, std::min(z, 118.0), side, 6.5);
        if (i > 0) {
            if (t <= bony) {
                add_bone(scene, before, here, 4.6);
            } else {
                scene.tubes.push_back({before, here, 4.6, 4.6, kCartilageHu, 0, 0, false});
            }
        }
        before = {here.x, here.y, z};
    }
}

}  // namespace

void add_skeleton(const Anatomy& anatomy, Scene& scene) {
    for (int rib = 0; rib < kRibs; ++rib) {
        for (const double side : {-1.0, 1.0}) add_rib(anatomy, rib, side, scene);
    }
    // Sternum: bars side by side from the manubrium to the xiphoid.
    for (double x = -12; x <= 12; x += 3) add_bone(scene, {x, -92, 55}, {0.7 * x, -98, -75}, 4.5, 1.0);
    for (const double side : {-1.0, 1.0}) {
        add_bone(scene, {side * 18, -72, 98}, {side * 130, -30, 128}, 5.5);
        // Scapulae: a fan of bars behind the ribs, a thick lateral border.
        for (int i = 0; i <= 30; ++i) {
            const double t = i / 30.0;
            const Vec3 glenoid{side * 138, 38, 108}, edge{side * (72 + 14 * t), 98 - 5 * t, 105 - 108 * t};
            scene.tubes.push_back({glenoid, edge, 2.6, 2.2, 420, 0.8, kCortexHu, false});
        }
        add_bone(scene, {side * 138, 38, 108}, {side * 92, 88, 0}, 4.0);
        add_bone(scene, {side * 150, 20, 118}, {side * 190, 0, 150}, 20,
                 2.5);  // head of the humerus, arm raised
    }
}

void add_mediastinum(Scene& scene) {
    const auto vessel = [&](std::initializer_list<Vec3> path, double from_mm, double to_mm) {
        const std::vector<Vec3> points(path);
        const auto pieces = static_cast<double>(points.size() - 1);
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const double a = static_cast<double>(i) / pieces, b = static_cast<double>(i + 1) / pieces;
            scene.tubes.push_back({points[i], points[i + 1], from_mm + (to_mm - from_mm) * a,
                                   from_mm + (to_mm - from_mm) * b, 45, 0, 0, false});
        }
    };
    vessel({{-6, -28, -30},
            {-14, -26, 5},
            {-10, -18, 32},
            {2, 0, 46},
            {15, 22, 44},
            {20, 38, 28},
            {22, 42, 0},
            {20, 44, -60},
            {14, 46, -160}},
           15, 12);                                                   // aorta
    vessel({{-16, -18, 70}, {-19, -14, 30}, {-22, -10, -25}}, 7, 8);  // superior vena cava
    vessel({{12, -34, -28}, {14, -22, -6}, {8, -8, -4}, {-16, 0, -8}, {-32, 6, -12}}, 12,
           7);                                                       // right pulmonary artery
    vessel({{14, -20, -4}, {24, 0, 2}, {34, 10, -6}}, 11, 7);        // left pulmonary artery
    vessel({{-8, -14, 46}, {-12, -12, 80}, {-16, -10, 124}}, 6, 5);  // brachiocephalic
    vessel({{4, 2, 52}, {10, 4, 85}, {12, 0, 125}}, 4, 4);           // left carotid
    vessel({{14, 20, 50}, {20, 18, 90}, {22, 10, 126}}, 5, 4);       // left subclavian
    vessel({{4, 32, 130}, {6, 36, 20}, {8, 34, -100}}, 6, 6);        // oesophagus
    const auto airway = [&](Vec3 from, Vec3 to, double from_mm, double to_mm) {
        scene.tubes.push_back({from, to, from_mm, to_mm, -985, 1.4, 30, false});
    };
    airway({0, 4, 190}, {0, 12, 0}, 10.5, 10);
    airway({0, 12, 0}, {-37, 14, -22}, 8.5, 7);
    airway({0, 12, 0}, {40, 18, -26}, 8, 6.5);
    // The lumina again, so that no wall crosses where the tubes meet.
    scene.tubes.push_back({{0, 11.5, 12}, {0, 12, -2}, 8.6, 8.2, -985, 0, 0, false});
    scene.tubes.push_back({{0, 12, 0}, {-20, 13, -12}, 7.1, 6.3, -985, 0, 0, false});
    scene.tubes.push_back({{0, 12, 0}, {20, 15, -13}, 6.6, 5.8, -985, 0, 0, false});
}

}  // namespace huizhen::imaging::phantom
