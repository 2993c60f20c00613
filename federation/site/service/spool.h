#pragma once

// What a person decides on the command line while the daemon has the database: one small file each in
// STATE/spool, taken in order. The folder is the owner's alone, so whoever writes there may decide.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/site/orders.h>

namespace huizhen::site {

std::string_view order_name(Order::Kind kind);

inline constexpr std::size_t kMaxOrders = 1000;  // that may wait

// On the disk when it returns.
Status leave_order(const std::filesystem::path& state, const Order& order, std::uint64_t sequence);

struct WaitingOrder {
    std::filesystem::path file;
    Result<Order> order;
};
// Oldest first.
std::vector<WaitingOrder> waiting_orders(const std::filesystem::path& state);

}  // namespace huizhen::site
