#include <cstring>
#include <new>
#include <sstream>

#include <huizhen/base/random_source.h>
#include <huizhen/base/secret.h>

namespace huizhen {
namespace {

std::array<std::uint8_t, 32> pattern() {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(0xA5);
    return bytes;
}

// Looks at the storage behind the type's back.
bool holds_pattern(const void* storage) { return std::memchr(storage, 0xA5, 32) != nullptr; }

TEST(Secret, leaves_nothing_behind_when_destroyed) {
    alignas(Secret<32>) std::byte storage[sizeof(Secret<32>)];
    auto* secret = new (storage) Secret<32>(std::span<const std::uint8_t, 32>(pattern()));
    ASSERT_TRUE(holds_pattern(storage));
    secret->~Secret();
    EXPECT_FALSE(holds_pattern(storage));
}

TEST(Secret, leaves_nothing_behind_when_moved) {
    Secret<32> from{std::span<const std::uint8_t, 32>(pattern())};
    const Secret<32> to(std::move(from));
    EXPECT_FALSE(holds_pattern(from.bytes().data()));
    EXPECT_TRUE(to == Secret<32>(std::span<const std::uint8_t, 32>(pattern())));
    EXPECT_FALSE(to == Secret<32>());
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};

TEST(Secret, can_be_neither_copied_nor_printed) {
    static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
    static_assert(!Printable<Secret<32>>);
}

TEST(SystemRandom, fills_every_part_of_a_large_buffer) {
    std::vector<std::uint8_t> bytes((3 << 20) + 5);
    system_random().fill(bytes);
    for (std::size_t begin = 0; begin + 64 <= bytes.size(); begin += 64) {
        ASSERT_TRUE(std::any_of(bytes.begin() + begin, bytes.begin() + begin + 64, [](auto b) { return b; }));
    }
}

}  // namespace
}  // namespace huizhen
