#include "audit_page.h"

#include <federation/v1/coordinator.pb.h>

#include <huizhen/audit/page.h>

namespace huizhen::coordinator {
namespace {

constexpr std::uint32_t kStandardPage = 100;

}  // namespace

Result<federation::v1::AuditEntriesReply> audit_page(Context& context,
                                                     const federation::v1::AuditEntriesRequest& request) {
    const std::int64_t limit = request.limit() == 0 ? kStandardPage : request.limit();
    HZ_ASSIGN(const auto entries,
              audit::read_page(*context.connection, static_cast<std::int64_t>(request.after()), limit));
    federation::v1::AuditEntriesReply reply;
    for (const audit::Entry& entry : entries) {
        federation::v1::AuditEntry& to = *reply.add_entries();
        to.set_sequence(static_cast<std::uint64_t>(entry.number));
        to.set_time_unix_ms(entry.time_us / 1000);
        to.set_actor(entry.event.who);
        to.set_action(entry.event.what);
        to.set_origin(entry.event.from);
        to.set_reason(entry.event.why);
        to.set_hash(to_hex(entry.hash));
    }
    reply.set_more(static_cast<std::int64_t>(entries.size()) == std::min(limit, audit::kMaxPage));
    return reply;
}

}  // namespace huizhen::coordinator
