#include "spool.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <system_error>

#include <huizhen/base/file.h>

#include "policy/toml_table.h"
#include "state/schema.h"

namespace huizhen::site {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxOrderBytes = 4096;
constexpr std::array kNames = {"pin", "refuse", "unpin", "leave"};

Result<Order> parse(std::string_view text) {
    HZ_ASSIGN(TomlTable table, TomlTable::parse(text, "order"));
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
    HZ_TRY(table.text("task", [&](const std::string& task) {
        order.task = task;
        return Status();
    }));
    HZ_TRY(table.text("who", [&](const std::string& who) {
        order.who = who;
        return Status();
    }));
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
    toml::table table;
    table.insert("order", std::string(order_name(order.kind)));
    if (!order.task.empty()) table.insert("task", order.task);
    if (order.kind == Order::Kind::kPin || order.kind == Order::Kind::kRefuse)
        table.insert("model", to_hex(order.model));
    if (!order.who.empty()) table.insert("who", order.who);
    std::ostringstream text;
    text << table << '\n';
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
