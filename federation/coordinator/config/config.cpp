#include "config.h"

#include <charconv>
#include <set>

#include <toml++/toml.h>

#include <huizhen/base/file.h>

namespace huizhen::coordinator {
namespace {

constexpr std::size_t kMaxConfigBytes = 64 << 10;
constexpr std::int64_t kMebi = 1 << 20;

// Reads keys of one table and remembers which it knows.
class Reader {
  public:
    Reader(const toml::table& table, std::string_view name) : table_(table), name_(name) {}

    Status text(std::string_view key, std::string& into, bool required = false) {
        const toml::node* node = find(key);
        if (node == nullptr)
            return required ? fail(ErrorCode::kMalformedInput,
                                   std::string(name_) + ": " + std::string(key) + " is missing")
                            : Status();
        const auto value = node->value_exact<std::string>();
        if (!value || value->empty()) return wrong(*node, key, "must be a text in quotes");
        into = *value;
        return {};
    }

    Status number(std::string_view key, std::int64_t low, std::int64_t high, auto assign) {
        const toml::node* node = find(key);
        if (node == nullptr) return {};
        const auto value = node->value_exact<std::int64_t>();
        if (!value || *value < low || *value > high)
            return wrong(
                *node, key,
                "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
        assign(*value);
        return {};
    }

    Status texts(std::string_view key, std::vector<std::string>& into) {
        const toml::node* node = find(key);
        if (node == nullptr) return {};
        const toml::array* array = node->as_array();
        if (array == nullptr || array->empty() || array->size() > 16)
            return wrong(*node, key, "must be a list of 1 to 16 texts");
        into.clear();
        for (const toml::node& element : *array) {
            const auto value = element.value_exact<std::string>();
            if (!value || value->empty()) return wrong(element, key, "must hold texts in quotes");
            into.push_back(*value);
        }
        return {};
    }

    Status address(std::string_view key, std::string& into, bool required) {
        HZ_TRY(text(key, into, required));
        const toml::node* node = table_.get(key);
        if (node == nullptr) return {};
        if (const Status good = check_address(into); !good) return wrong(*node, key, good.error().message());
        return {};
    }

    Status nothing_else() const {
        for (const auto& [key, node] : table_)
            if (!known_.contains(key.str())) return wrong(node, key.str(), "is no setting of this version");
        return {};
    }

  private:
    const toml::node* find(std::string_view key) {
        known_.insert(key);
        return table_.get(key);
    }
    tl::unexpected<Error> wrong(const toml::node& node, std::string_view key, std::string_view what) const {
        const toml::source_position at = node.source().begin;
        return fail(ErrorCode::kMalformedInput, std::string(name_) + ':' + std::to_string(at.line) + ':' +
                                                    std::to_string(at.column) + ": " + std::string(key) +
                                                    ": " + std::string(what));
    }

    const toml::table& table_;
    std::string_view name_;
    std::set<std::string_view> known_;
};

Result<toml::table> parse_toml(std::string_view text, std::string_view name) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        const toml::source_position at = error.source().begin;
        return fail(ErrorCode::kMalformedInput, std::string(name) + ':' + std::to_string(at.line) + ':' +
                                                    std::to_string(at.column) + ": " +
                                                    std::string(error.description()));
    }
}

}  // namespace

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

Result<Config> parse_config(std::string_view text, std::string_view name) {
    HZ_ASSIGN(const toml::table table, parse_toml(text, name));
    Config config;
    Reader reader(table, name);
    HZ_TRY(reader.text("federation", config.federation, true));
    HZ_TRY(reader.address("listen", config.listen, false));
    HZ_TRY(reader.address("advertise", config.advertise, true));
    HZ_TRY(reader.texts("hosts", config.hosts));
    HZ_TRY(reader.number("max_object_mib", 1, 1 << 20, [&](std::int64_t value) {
        config.max_object_bytes = static_cast<std::uint64_t>(value * kMebi);
    }));
    HZ_TRY(reader.number("max_stored_mib", 1, 1 << 30, [&](std::int64_t value) {
        config.max_stored_bytes = static_cast<std::uint64_t>(value * kMebi);
    }));
    HZ_TRY(reader.number("heartbeat_s", 1, 300,
                         [&](std::int64_t value) { config.heartbeat = std::chrono::seconds(value); }));
    HZ_TRY(reader.number("silence_s", 5, 7 * 86400,
                         [&](std::int64_t value) { config.silence = std::chrono::seconds(value); }));
    HZ_TRY(reader.number("max_sites", 1, 10'000,
                         [&](std::int64_t value) { config.max_sites = static_cast<std::uint32_t>(value); }));
    HZ_TRY(reader.nothing_else());
    if (config.hosts.empty()) config.hosts = {config.advertise.substr(0, config.advertise.rfind(':'))};
    return config;
}

Result<Config> read_config(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxConfigBytes));
    return parse_config({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                        path.filename().string());
}

std::string write_config(const Config& config) {
    toml::array hosts;
    for (const std::string& host : config.hosts) hosts.push_back(host);
    const auto quoted = [](const std::string& text) {
        std::ostringstream out;
        out << toml::value<std::string>(text);
        return out.str();
    };
    std::ostringstream out;
    out << "# What people call this federation.\n"
        << "federation = " << quoted(config.federation) << "\n\n"
        << "# The port every hospital's node calls; nothing is ever called from here.\n"
        << "listen = " << quoted(config.listen) << "\n\n"
        << "# The address that invitations name.\n"
        << "advertise = " << quoted(config.advertise) << "\n\n"
        << "# Names and addresses in the server's certificate.\n"
        << "hosts = " << hosts << "\n\n"
        << "# The largest model or upload, and all of them together.\n"
        << "max_object_mib = " << config.max_object_bytes / kMebi << '\n'
        << "max_stored_mib = " << config.max_stored_bytes / kMebi << "\n\n"
        << "# How often a silent line says that it is alive, and how long a site may be silent before a "
           "round goes\n"
        << "# on without it.\n"
        << "heartbeat_s = " << config.heartbeat.count() << '\n'
        << "silence_s = " << config.silence.count() << "\n\n"
        << "max_sites = " << config.max_sites << '\n';
    return out.str();
}

}  // namespace huizhen::coordinator
