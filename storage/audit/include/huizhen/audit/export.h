#pragma once

// The audit as JSON lines, for archives and other programs: an object for each entry, oldest first, then one
// for the signed head. With "commitment" and "salt" anybody can compute the chain again: see
// storage/README.md.

#include <functional>

#include <huizhen/audit/signature.h>
#include <huizhen/base/result.h>
#include <huizhen/database/connection.h>

namespace huizhen::audit {

// Each line without its end. The first error of `line` ends the export.
Status export_json_lines(database::Connection& connection, const PublicKey& key,
                         const std::function<Status(std::string_view)>& line);

}  // namespace huizhen::audit
