#include "kept_store.h"

#include <bit>
#include <cstring>
#include <set>

#include <huizhen/base/secret.h>

namespace huizhen::site {
namespace {

static_assert(std::endian::native == std::endian::little, "vectors are kept as little-endian floats");
constexpr std::size_t kMaxVectorBytes = std::size_t{1} << 38;

Result<KeptVectors> read_vectors(database::Rows rows) {
    KeptVectors vectors;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return vectors;
        HZ_ASSIGN(auto name, rows.get<std::string>(0));
        HZ_ASSIGN(auto object, rows.get<std::string>(1));
        vectors.insert_or_assign(std::move(name), objects::ObjectName(std::move(object)));
    }
}

}  // namespace

Result<objects::ObjectName> put_vector(objects::Store& store, std::span<const float> values) {
    return store.put({reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
}

Result<std::vector<float>> get_vector(const objects::Store& store, const objects::ObjectName& name,
                                      std::uint64_t values) {
    HZ_ASSIGN(vault::Bytes bytes, store.get(name, kMaxVectorBytes));
    if (bytes.size() != values * sizeof(float))
        return fail(ErrorCode::kIntegrity, "kept-damaged: a kept vector is not as long as the model");
    std::vector<float> vector(values);
    std::memcpy(vector.data(), bytes.data(), bytes.size());
    wipe(bytes);
    return vector;
}

Result<KeptVectors> KeptStore::present(const rounds::PlanId& plan) const {
    HZ_ASSIGN(auto rows, connection_->query("SELECT name, object FROM kept WHERE plan = ?1",
                                            {std::string_view(plan.str())}));
    return read_vectors(std::move(rows));
}

Result<KeptVectors> KeptStore::next(const rounds::RoundName& round) const {
    HZ_ASSIGN(auto rows, connection_->query(
                             "SELECT name, object FROM kept_next WHERE plan = ?1 AND round = ?2",
                             {std::string_view(round.plan.str()), static_cast<std::int64_t>(round.number)}));
    return read_vectors(std::move(rows));
}

Status KeptStore::set_next(const rounds::RoundName& round, const KeptVectors& vectors) {
    for (const auto& [name, object] : vectors) {
        HZ_TRY(connection_->run(
            "INSERT OR REPLACE INTO kept_next (plan, round, name, object) VALUES (?1, ?2, ?3, ?4)",
            {std::string_view(round.plan.str()), static_cast<std::int64_t>(round.number),
             std::string_view(name), std::string_view(object.str())}));
    }
    return {};
}

Status KeptStore::settle(const rounds::RoundName& round, bool included) {
    const std::string_view plan = round.plan.str();
    const auto number = static_cast<std::int64_t>(round.number);
    if (included) {
        HZ_TRY(
            connection_->run("INSERT OR REPLACE INTO kept (plan, name, object) "
                             "SELECT plan, name, object FROM kept_next WHERE plan = ?1 AND round = ?2",
                             {plan, number}));
    }
    return connection_->run("DELETE FROM kept_next WHERE plan = ?1 AND round = ?2", {plan, number});
}

Status KeptStore::sweep(objects::Store& store) const {
    std::set<std::string> named;
    HZ_ASSIGN(auto rows, connection_->query("SELECT object FROM kept UNION SELECT object FROM kept_next"));
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) break;
        HZ_ASSIGN(auto object, rows.get<std::string>(0));
        named.insert(std::move(object));
    }
    std::vector<objects::ObjectName> left;
    HZ_TRY(store.for_each([&](const objects::ObjectName& name) {
        if (!named.contains(name.str())) left.push_back(name);
        return Status();
    }));
    for (const objects::ObjectName& name : left) HZ_TRY(store.remove(name));
    return {};
}

}  // namespace huizhen::site
