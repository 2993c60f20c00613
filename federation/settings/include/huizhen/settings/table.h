#pragma once

// A settings file (TOML): each key is read once and checked, and what was never asked for is a mistake.
//
// Errors are kMalformedInput and name the place: "node.toml:3:8: listen: must be a text in quotes".

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::settings {

inline constexpr std::size_t kMaxFileBytes = 256 << 10;

// One thread at a time. An absent key leaves what was there before; an error of a callback gets the key's
// place in front.
class Table {
  public:
    using TakeText = std::function<Status(const std::string&)>;

    static Result<Table> parse(std::string_view text, std::string_view name);
    // kNotFound, kIo and kLimitExceeded as read_file().
    static Result<Table> read(const std::filesystem::path& path);

    Status truth(std::string_view key, bool& into);
    Status text(std::string_view key, const TakeText& take);
    Status text(std::string_view key, std::string& into);
    Status required_text(std::string_view key, const TakeText& take);
    Status texts(std::string_view key, std::size_t min, std::size_t max, const TakeText& add);
    Status number(std::string_view key, std::int64_t low, std::int64_t high,
                  const std::function<void(std::int64_t)>& take);
    // Whole numbers are numbers too.
    Status real(std::string_view key, double low, double high, double& into);

    // [key], with its own nothing_else() behind `take`.
    Status table(std::string_view key, const std::function<Status(Table&)>& take);
    // [[key]], one after the other, at most `max`.
    Status tables(std::string_view key, std::size_t max, const std::function<Status(Table&)>& take);

    Status nothing_else() const;

  private:
    struct Node;
    explicit Table(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

    std::shared_ptr<const Node> node_;
    std::set<std::string, std::less<>> known_;
};

// "HOST:PORT", "[::1]:PORT": kInvalidArgument where it is neither.
Status check_address(std::string_view address);

}  // namespace huizhen::settings
