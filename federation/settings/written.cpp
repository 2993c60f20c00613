#include <sstream>

#include <toml++/toml.h>

#include <huizhen/settings/written.h>

namespace huizhen::settings {

namespace {

std::string text_of(const auto& node) {
    std::ostringstream out;
    out << node;
    return out.str();
}

}  // namespace

std::string written(std::string_view text) { return text_of(toml::value<std::string>(text)); }

std::string written(std::span<const std::string> texts) {
    toml::array array;
    for (const std::string& text : texts) array.push_back(text);
    return text_of(array);
}

std::string written(double number) { return text_of(toml::value<double>(number)); }

}  // namespace huizhen::settings
