#include "stroke_font.h"

#include <charconv>

#include <huizhen/base/check.h>

namespace huizhen::imaging::font {
namespace {

struct Drawing {
    char letter;
    // Strokes separated by '|', points "x,y" by spaces. '~' before a stroke makes it a quadratic B-spline of
    // its points, closed when the last point repeats the first.
    std::string_view strokes;
};

constexpr Drawing kDrawings[] = {
    {'A', "0,0 4,12 8,0|1.3,4 6.7,4"},
    {'B', "0,0 0,12|~0,12 3,12 7,12 7,6.4 3,6.4 0,6.4|~0,6.4 3.5,6.4 7.8,6.4 7.8,0 3.5,0 0,0"},
    {'C', "~7.8,9 7,12 0,12 0,0 7,0 7.8,3"},
    {'D', "0,0 0,12|~0,12 2.5,12 8,12 8,0 2.5,0 0,0"},
    {'E', "6.8,12 0,12 0,0 6.8,0|0,6.3 5.8,6.3"},
    {'F', "6.8,12 0,12 0,0|0,6.3 5.8,6.3"},
    {'G', "~7.8,9.2 7,12 0,12 0,0 6.4,0 8,1.8|8,1.8 8,5.6 4.8,5.6"},
    {'H', "0,0 0,12|8,0 8,12|0,6.3 8,6.3"},
    {'I', "0,0 0,12"},
    {'J', "~5,12 5,6 5,0 0.6,0 0,3"},
    {'K', "0,0 0,12|7,12 0,4.5|2.6,7.2 7.4,0"},
    {'L', "0,12 0,0 6.4,0"},
    {'M', "0,0 0,12 4.5,3 9,12 9,0"},
    {'N', "0,0 0,12 8,0 8,12"},
    {'O', "~0,12 8.8,12 8.8,0 0,0 0,12"},
    {'P', "0,0 0,12|~0,12 3.5,12 7.6,12 7.6,5.5 3.5,5.5 0,5.5"},
    {'Q', "~0,12 8.8,12 8.8,0 0,0 0,12|5,3 8.8,-0.8"},
    {'R', "0,0 0,12|~0,12 3.5,12 7.6,12 7.6,5.5 3.5,5.5 0,5.5|3.8,5.5 7.8,0"},
    {'S', "~7.2,9.4 6.6,12 0.3,12.2 0.3,6.8 7.6,6.2 7.6,0 0.6,-0.3 0,2.7"},
    {'T', "0,12 8,12|4,12 4,0"},
    {'U', "~0,12 0,6 0,0 8,0 8,6 8,12"},
    {'V', "0,12 4,0 8,12"},
    {'W', "0,12 2.6,0 5.5,10 8.4,0 11,12"},
    {'X', "0,0 7.6,12|0,12 7.6,0"},
    {'Y', "0,12 4,5.6 8,12|4,5.6 4,0"},
    {'Z', "0,12 7.4,12 0,0 7.4,0"},
    {'a', "~0,8 6.4,8 6.4,0 0,0 0,8|6.4,8 6.4,0"},
    {'b', "0,12 0,0|~0,8 6.4,8 6.4,0 0,0 0,8"},
    {'c', "~6,6 5.4,8 0,8 0,0 5.4,0 6,2"},
    {'d', "6.4,12 6.4,0|~0,8 6.4,8 6.4,0 0,0 0,8"},
    {'e', "0.1,4.2 6.4,4.2|~6.4,4.2 6.4,8 0,8 0,0 5.4,0 6.2,1.7"},
    {'f', "~4.6,11.9 1.7,12.4 1.7,9 1.7,0|0,8 4.2,8"},
    {'g', "~0,8 6.4,8 6.4,0 0,0 0,8|~6.4,8 6.4,2 6.4,-4 1,-4 0.3,-2.6"},
    {'h', "0,12 0,0|~0,4.2 0.3,8 6.2,8.8 6.2,4.6 6.2,0"},
    {'i', "0,8 0,0|0,11 0,11.3"},
    {'j', "~1.8,8 1.8,2 1.8,-4 0,-3.9|1.8,11 1.8,11.3"},
    {'k', "0,12 0,0|5.6,8 0,3|2.1,4.9 6,0"},
    {'l', "~0,12 0,4 0,0 2.2,0"},
    {'m', "0,8 0,0|~0,4.2 0.3,8 4.8,8.8 4.8,4.6 4.8,0|~4.8,4.2 5.1,8 9.6,8.8 9.6,4.6 9.6,0"},
    {'n', "0,8 0,0|~0,4.2 0.3,8 6.2,8.8 6.2,4.6 6.2,0"},
    {'o', "~0,8 6.8,8 6.8,0 0,0 0,8"},
    {'p', "0,8 0,-4|~0,8 6.4,8 6.4,0 0,0 0,8"},
    {'q', "6.4,8 6.4,-4|~0,8 6.4,8 6.4,0 0,0 0,8"},
    {'r', "0,8 0,0|~0,4 0.3,7.8 3.8,8"},
    {'s', "~5.3,6.4 4.7,8.1 0.2,8.2 0.2,4.6 5.7,4.1 5.7,-0.1 0.4,-0.2 0,1.8"},
    {'t', "~1.7,11 1.7,4 1.7,-0.2 4.4,0.1|0,8 4.2,8"},
    {'u', "~0,8 0,3.4 0,-0.8 5.9,0 6.2,3.8|6.2,8 6.2,0"},
    {'v', "0,8 3.2,0 6.4,8"},
    {'w', "0,8 2.3,0 4.6,7 6.9,0 9.2,8"},
    {'x', "0,0 6,8|0,8 6,0"},
    {'y', "0,8 3.3,0.3|~6.6,8 3.4,0.4 1.9,-4 0.2,-3.8"},
    {'z', "0,8 5.8,8 0,0 5.8,0"},
    {'0', "~0,12 7,12 7,0 0,0 0,12"},
    {'1', "0.8,9.4 4,12 4,0|0.8,0 7,0"},
    {'2', "~0.3,9.2 0.6,12 6.8,12.2 6.8,7.6 3.2,3.8 0,0|0,0 7,0"},
    {'3', "~0.4,9.9 1,12 6.5,12.2 6.5,6.4 2.6,6.4|~2.6,6.4 7.1,6.4 7.1,0 0.8,-0.2 0,2.5"},
    {'4', "5.2,0 5.2,12 0,3.6 7,3.6"},
    {'5', "6.4,12 0.9,12 0.5,6.4|~0.5,6.4 2.2,7.8 7,7.8 7,0 0.8,-0.2 0,2.2"},
    {'6', "~6.3,10.5 5.4,12 0,12.6 0,3.7|~0,7.4 7,7.4 7,0 0,0 0,7.4"},
    {'7', "0,12 7,12 2.6,0"},
    {'8', "~0.4,12 6.6,12 6.6,6.3 0.4,6.3 0.4,12|~0,6.3 7,6.3 7,0 0,0 0,6.3"},
    {'9', "~0,12 7,12 7,4.6 0,4.6 0,12|~0.7,1.5 1.6,0 7,-0.6 7,8.3"},
    {'.', "0.5,0.1 0.5,0.5"},
    {',', "1,0.5 0.2,-2"},
    {':', "0.5,0.4 0.5,0.8|0.5,6.6 0.5,7"},
    {';', "1,0.5 0.2,-2|1,6.6 1,7"},
    {'!', "0.5,12 0.5,4|0.5,0.1 0.5,0.5"},
    {'?', "~0.2,9.6 0.6,12 6,12.2 6,7.4 3,6.6 3,3.8|3,0.1 3,0.5"},
    {'-', "0,4.6 4,4.6"},
    {'+', "0,5 7,5|3.5,1.5 3.5,8.5"},
    {'=', "0,6.6 7,6.6|0,3.2 7,3.2"},
    {'_', "0,-2 7,-2"},
    {'/', "0,-1 5,13"},
    {'\\', "5,-1 0,13"},
    {'|', "0,-3 0,13"},
    {'(', "~2.6,13.4 0,10.5 0,-0.5 2.6,-3.4"},
    {')', "~0,13.4 2.6,10.5 2.6,-0.5 0,-3.4"},
    {'[', "2.4,13 0,13 0,-3 2.4,-3"},
    {']', "0,13 2.4,13 2.4,-3 0,-3"},
    {'{', "~3,13.4 1.4,13.4 1.6,5 0,5|~3,-3.4 1.4,-3.4 1.6,5 0,5"},
    {'}', "~0,13.4 1.6,13.4 1.4,5 3,5|~0,-3.4 1.6,-3.4 1.4,5 3,5"},
    {'<', "6.4,8.6 0,5 6.4,1.4"},
    {'>', "0,8.6 6.4,5 0,1.4"},
    {'%', "~0,12 3.8,12 3.8,6.8 0,6.8 0,12|~6,5.2 9.8,5.2 9.8,0 6,0 6,5.2|1.4,0 8.4,12"},
    {'#', "2.6,0 4,12|6,0 7.4,12|0.4,4 9,4|1,8 9.6,8"},
    {'*', "2.8,6 2.8,12|0.2,7.4 5.4,10.6|5.4,7.4 0.2,10.6"},
    {'&', "~8.4,0 2,8 1,12.4 6.4,12.4 5.6,7.4 0,6 0,-0.4 6,-0.4 8,5"},
    {'@', "~7,7.4 3,8 3,2.6 7,3 7.4,7.4|~7.4,7.4 7,2.4 10.6,2.4 10.6,12.4 0,12.4 0,-2.4 6,-2.6 8,-2"},
    {'$', "~7.2,9.4 6.6,12 0.3,12.2 0.3,6.8 7.6,6.2 7.6,0 0.6,-0.3 0,2.7|3.8,14 3.8,-2"},
    {'^', "0,7.6 2.8,12 5.6,7.6"},
    {'~', "~0,4 1.2,6.6 3.8,5.4 6,3.4 7.4,6"},
    {'\'', "0.5,12 0.5,8.8"},
    {'"', "0.5,12 0.5,8.8|3.1,12 3.1,8.8"},
    {'`', "0,12 1.8,9.6"},
};

double number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    HZ_CHECK(error == std::errc() && end == text.data() + text.size(), "the font table holds numbers");
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

Point2 middle(Point2 a, Point2 b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

void add_arc(std::vector<Point2>& polyline, Point2 from, Point2 control, Point2 to) {
    constexpr int kSteps = 8;
    for (int i = 1; i <= kSteps; ++i) {
        const double t = static_cast<double>(i) / kSteps, u = 1 - t;
        polyline.push_back({u * u * from.x + 2 * u * t * control.x + t * t * to.x,
                            u * u * from.y + 2 * u * t * control.y + t * t * to.y});
    }
}

std::vector<Point2> smoothed(const std::vector<Point2>& points) {
    const std::size_t n = points.size();
    const bool closed = points.front().x == points.back().x && points.front().y == points.back().y;
    std::vector<Point2> polyline;
    if (closed) {
        polyline.push_back(middle(points[0], points[1]));
        for (std::size_t i = 1; i < n; ++i) {
            const Point2 next = i + 1 < n ? points[i + 1] : points[1];
            add_arc(polyline, polyline.back(), points[i], middle(points[i], next));
        }
        return polyline;
    }
    polyline.push_back(points.front());
    for (std::size_t i = 1; i + 1 < n; ++i) {
        add_arc(polyline, polyline.back(), points[i],
                i + 2 == n ? points[n - 1] : middle(points[i], points[i + 1]));
    }
    return polyline;
}

Glyph parse(std::string_view drawing) {
    Glyph glyph;
    for (std::string_view stroke : split(drawing, '|')) {
        const bool smooth = stroke.front() == '~';
        if (smooth) stroke.remove_prefix(1);
        std::vector<Point2> points;
        for (const std::string_view point : split(stroke, ' ')) {
            const std::size_t comma = point.find(',');
            points.push_back({number(point.substr(0, comma)), number(point.substr(comma + 1))});
        }
        glyph.strokes.push_back(smooth ? smoothed(points) : points);
        for (const Point2 point : glyph.strokes.back()) glyph.width = std::max(glyph.width, point.x);
    }
    return glyph;
}

std::array<Glyph, 128> parse_all() {
    std::array<Glyph, 128> glyphs;
    glyphs.fill(parse("0,0 0,12 6,12 6,0 0,0"));
    for (const Drawing& drawing : kDrawings)
        glyphs.at(static_cast<std::size_t>(drawing.letter)) = parse(drawing.strokes);
    glyphs.at(' ') = Glyph{.width = 2.5, .strokes = {}};
    // Digits share one width, so that columns of figures line up.
    for (char digit = '0'; digit <= '9'; ++digit) glyphs.at(static_cast<std::size_t>(digit)).width = 7;
    return glyphs;
}

}  // namespace

const Glyph& glyph(char c) {
    static const std::array<Glyph, 128> glyphs = parse_all();
    const auto code = static_cast<unsigned char>(c);
    return glyphs.at(code < 128 ? code : 127);
}

}  // namespace huizhen::imaging::font
