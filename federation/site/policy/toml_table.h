#pragma once

// Keys of a TOML table, each read once and checked; what was never asked for is a mistake.

#include <charconv>
#include <functional>
#include <set>

#include <toml++/toml.h>

#include <huizhen/base/result.h>

namespace huizhen::site {

class TomlTable {
  public:
    static Result<TomlTable> parse(std::string_view text, std::string_view name);

    Status truth(std::string_view key, bool& into);
    Status text(std::string_view key, const std::function<Status(const std::string&)>& assign);
    Status texts(std::string_view key, std::size_t max, const std::function<Status(const std::string&)>& add);
    Status number(std::string_view key, std::int64_t low, std::int64_t high,
                  const std::function<void(std::int64_t)>& assign);
    // Whole numbers are numbers too.
    Status real(std::string_view key, double low, double high, double& into);
    Status nothing_else() const;

  private:
    TomlTable(toml::table table, std::string_view name) : table_(std::move(table)), name_(name) {}
    const toml::node* find(std::string_view key);
    tl::unexpected<Error> wrong(const toml::node& node, std::string_view key, std::string_view what) const;

    toml::table table_;
    std::string name_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace huizhen::site
