#pragma once

#include "service/context.h"

namespace huizhen::federation::v1 {
class AuditEntriesReply;
class AuditEntriesRequest;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

Result<federation::v1::AuditEntriesReply> audit_page(Context& context,
                                                     const federation::v1::AuditEntriesRequest& request);

}  // namespace huizhen::coordinator
