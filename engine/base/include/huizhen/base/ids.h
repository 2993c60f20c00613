#pragma once

// Identifiers that cannot be mixed up: StrongId<struct CaseTag> is not StrongId<struct ModelTag>.

#include <compare>
#include <cstddef>
#include <functional>
#include <string>

namespace huizhen {

template <typename Tag>
class StrongId {
  public:
    StrongId() = default;
    explicit StrongId(std::string value) : value_(std::move(value)) {}

    const std::string& str() const { return value_; }
    bool empty() const { return value_.empty(); }
    auto operator<=>(const StrongId&) const = default;

  private:
    std::string value_;
};

// A random 128-bit identifier, 32 hexadecimal digits, from the system's generator.
std::string random_id();

}  // namespace huizhen

template <typename Tag>
struct std::hash<huizhen::StrongId<Tag>> {
    std::size_t operator()(const huizhen::StrongId<Tag>& id) const noexcept {
        return std::hash<std::string>()(id.str());
    }
};
