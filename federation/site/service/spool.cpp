#include "spool.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <system_error>

#include <huizhen/base/file.h>
#include <huizhen/settings/table.h>
#include <huizhen/settings/written.h>

#include "state/schema.h"

namespace huizhen::site {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxOrderBytes = 4096;
constexpr std::array kNames = {"pin", "refuse", "unpin", "leave"};

Result<Order> parse(std::string_view text) {
    HZ_ASSIGN(settings::Table table, settings::Table::parse(text, "order"));
    Order order;
    bool known = false;
    HZ_TRY(table.text("order", [&](const std::string& name) {
        for (std::size_t i = 0; i < kNames.size(); ++i) {
            if (name != kNames[i]) continue;
            order.kind = static_cast<Order::Kind>(i);
            known = true;
        }
        return Status();
    }));
    HZ_TRY(table.text("task", order.task));
    HZ_TRY(table.text("who", order.who));
    HZ_TRY(table.text("model", [&](const std::string& hex) -> Status {
        const auto digest = digest_from_hex(hex);
        if (!digest) return fail(ErrorCode::kMalformedInput, "no digest");
        order.model = *digest;
        return {};
    }));
    HZ_TRY(table.nothing_else());
    if (!known) return fail(ErrorCode::kMalformedInput, "order: not one of this version");
    return order;
}

}  // namespace

std::string_view order_name(Order::Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

Status leave_order(const fs::path& state, const Order& order, std::uint64_t sequence) {
    const fs::path folder = state / "spool";
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return fail(ErrorCode::kIo, "cannot make " + folder.string() + ": " + error.message());
    std::ostringstream text;
    text << "order = " << settings::written(order_name(order.kind)) << '\n';
    if (!order.task.empty()) text << "task = " << settings::written(order.task) << '\n';
    if (order.kind == Order::Kind::kPin || order.kind == Order::Kind::kRefuse)
        text << "model = " << settings::written(to_hex(order.model)) << '\n';
    if (!order.who.empty()) text << "who = " << settings::written(order.who) << '\n';
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "%020llu.order", static_cast<unsigned long long>(sequence));
    return write_file_atomically(folder / name.data(), text.str());
}

std::vector<WaitingOrder> waiting_orders(const fs::path& state) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(state / "spool", error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".order") files.push_back(entry->path());
        if (files.size() >= kMaxOrders) break;
    }
    std::ranges::sort(files);
    std::vector<WaitingOrder> orders;
    for (const fs::path& file : files) {
        const auto bytes = read_file(file, kMaxOrderBytes);
        if (!bytes) {
            orders.push_back({file, fail(bytes.error())});
            continue;
        }
        orders.push_back({file, parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()})});
    }
    return orders;
}

}  // namespace huizhen::site
