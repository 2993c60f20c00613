#include <charconv>
#include <sstream>

#include <toml++/toml.h>

#include <huizhen/base/file.h>
#include <huizhen/settings/table.h>

namespace huizhen::settings {

// A table of a file, which stays whole as long as one of its tables is read.
struct Table::Node {
    std::shared_ptr<const toml::table> file;
    const toml::table* table = nullptr;
    std::string name;  // of the file

    const toml::node* find(std::string_view key) const { return table->get(key); }

    tl::unexpected<Error> wrong(const toml::source_position& at, std::string_view what) const {
        return fail(ErrorCode::kMalformedInput, name + ':' + std::to_string(at.line) + ':' +
                                                    std::to_string(at.column) + ": " + std::string(what));
    }
    tl::unexpected<Error> wrong(const toml::node& node, std::string_view key, std::string_view what) const {
        return wrong(node.source().begin, std::string(key) + ": " + std::string(what));
    }
    std::shared_ptr<const Node> inner(const toml::table& one) const {
        return std::make_shared<const Node>(Node{file, &one, name});
    }
};

Result<Table> Table::parse(std::string_view text, std::string_view name) {
    try {
        const auto file = std::make_shared<const toml::table>(toml::parse(text));
        return Table(std::make_shared<const Node>(Node{file, file.get(), std::string(name)}));
    } catch (const toml::parse_error& error) {
        const Node node{nullptr, nullptr, std::string(name)};
        return node.wrong(error.source().begin, error.description());
    }
}

Result<Table> Table::read(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxFileBytes));
    return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.filename().string());
}

Status Table::truth(std::string_view key, bool& into) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<bool>();
    if (!value) return node_->wrong(*node, key, "must be true or false");
    into = *value;
    return {};
}

Status Table::text(std::string_view key, const TakeText& take) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) return node_->wrong(*node, key, "must be a text in quotes");
    if (const Status taken = take(*value); !taken) return node_->wrong(*node, key, taken.error().message());
    return {};
}

Status Table::text(std::string_view key, std::string& into) {
    return text(key, [&](const std::string& value) {
        into = value;
        return Status();
    });
}

Status Table::required_text(std::string_view key, const TakeText& take) {
    if (node_->find(key) == nullptr) {
        return node_->wrong(node_->table->source().begin, std::string(key) + ": is missing");
    }
    return text(key, take);
}

Status Table::texts(std::string_view key, std::size_t min, std::size_t max, const TakeText& add) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    if (array == nullptr || array->size() < min || array->size() > max) {
        return node_->wrong(
            *node, key, "must be a list of " + std::to_string(min) + " to " + std::to_string(max) + " texts");
    }
    for (const toml::node& element : *array) {
        const auto value = element.value_exact<std::string>();
        if (!value || value->empty()) return node_->wrong(element, key, "must hold texts in quotes");
        if (const Status taken = add(*value); !taken)
            return node_->wrong(element, key, taken.error().message());
    }
    return {};
}

Status Table::number(std::string_view key, std::int64_t low, std::int64_t high,
                     const std::function<void(std::int64_t)>& take) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
        return node_->wrong(
            *node, key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    take(*value);
    return {};
}

Status Table::real(std::string_view key, double low, double high, double& into) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    const auto value = node->value<double>();
    if (!value || !(*value >= low && *value <= high)) {
        std::ostringstream what;
        what << "must be a number from " << low << " to " << high;
        return node_->wrong(*node, key, what.str());
    }
    into = *value;
    return {};
}

Status Table::table(std::string_view key, const std::function<Status(Table&)>& take) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    if (!node->is_table())
        return node_->wrong(*node, key, "must be a table, as in [" + std::string(key) + "]");
    Table inner(node_->inner(*node->as_table()));
    HZ_TRY(take(inner));
    return inner.nothing_else();
}

Status Table::tables(std::string_view key, std::size_t max, const std::function<Status(Table&)>& take) {
    known_.emplace(key);
    const toml::node* node = node_->find(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    const bool right =
        array != nullptr && array->is_homogeneous(toml::node_type::table) && array->size() <= max;
    if (!right) {
        return node_->wrong(
            *node, key,
            "must be at most " + std::to_string(max) + " tables, each under [[" + std::string(key) + "]]");
    }
    for (const toml::node& element : *array) {
        Table inner(node_->inner(*element.as_table()));
        HZ_TRY(take(inner));
        HZ_TRY(inner.nothing_else());
    }
    return {};
}

Status Table::nothing_else() const {
    for (const auto& [key, node] : *node_->table) {
        if (!known_.contains(key.str()))
            return node_->wrong(node, key.str(), "is no setting of this version");
    }
    return {};
}

Status check_address(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    int port = 0;
    if (colon != std::string_view::npos && colon > 0 && address.size() <= 255) {
        const std::string_view digits = address.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        const bool whole = error == std::errc() && end == digits.data() + digits.size();
        const std::string_view host = address.substr(0, colon);
        const bool bracketed = host.front() == '[' && host.back() == ']';
        if (whole && port > 0 && port < 65536 && (bracketed || host.find(':') == std::string_view::npos))
            return {};
    }
    return fail(ErrorCode::kInvalidArgument, "must be HOST:PORT, as in fed.example.org:7443 or [::1]:7443");
}

}  // namespace huizhen::settings
