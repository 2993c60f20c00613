#include "toml_table.h"

namespace huizhen::site {

Result<TomlTable> TomlTable::parse(std::string_view text, std::string_view name) {
    try {
        return TomlTable(toml::parse(text), name);
    } catch (const toml::parse_error& error) {
        const toml::source_position at = error.source().begin;
        return fail(ErrorCode::kMalformedInput, std::string(name) + ':' + std::to_string(at.line) + ':' +
                                                    std::to_string(at.column) + ": " +
                                                    std::string(error.description()));
    }
}

const toml::node* TomlTable::find(std::string_view key) {
    known_.emplace(key);
    return table_.get(key);
}

tl::unexpected<Error> TomlTable::wrong(const toml::node& node, std::string_view key,
                                       std::string_view what) const {
    const toml::source_position at = node.source().begin;
    return fail(ErrorCode::kMalformedInput, name_ + ':' + std::to_string(at.line) + ':' +
                                                std::to_string(at.column) + ": " + std::string(key) + ": " +
                                                std::string(what));
}

Status TomlTable::truth(std::string_view key, bool& into) {
    const toml::node* node = find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<bool>();
    if (!value) return wrong(*node, key, "must be true or false");
    into = *value;
    return {};
}

Status TomlTable::text(std::string_view key, const std::function<Status(const std::string&)>& assign) {
    const toml::node* node = find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) return wrong(*node, key, "must be a text in quotes");
    if (const Status taken = assign(*value); !taken) return wrong(*node, key, taken.error().message());
    return {};
}

Status TomlTable::texts(std::string_view key, std::size_t max,
                        const std::function<Status(const std::string&)>& add) {
    const toml::node* node = find(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    if (array == nullptr || array->size() > max)
        return wrong(*node, key, "must be a list of at most " + std::to_string(max) + " texts");
    for (const toml::node& element : *array) {
        const auto value = element.value_exact<std::string>();
        if (!value || value->empty()) return wrong(element, key, "must hold texts in quotes");
        if (const Status taken = add(*value); !taken) return wrong(element, key, taken.error().message());
    }
    return {};
}

Status TomlTable::number(std::string_view key, std::int64_t low, std::int64_t high,
                         const std::function<void(std::int64_t)>& assign) {
    const toml::node* node = find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
        return wrong(*node, key,
                     "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    assign(*value);
    return {};
}

Status TomlTable::real(std::string_view key, double low, double high, double& into) {
    const toml::node* node = find(key);
    if (node == nullptr) return {};
    const auto value = node->value<double>();
    if (!value || !(*value >= low && *value <= high)) {
        std::ostringstream what;
        what << "must be a number from " << low << " to " << high;
        return wrong(*node, key, what.str());
    }
    into = *value;
    return {};
}

Status TomlTable::nothing_else() const {
    for (const auto& [key, node] : table_)
        if (!known_.contains(key.str())) return wrong(node, key.str(), "is no setting of this version");
    return {};
}

}  // namespace huizhen::site
