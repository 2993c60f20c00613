#include "plan_file.h"

#include <google/protobuf/util/json_util.h>

#include <huizhen/base/file.h>

namespace huizhen::coordinator {
namespace {

constexpr std::size_t kMaxPlanFile = 1 << 20;

}  // namespace

Result<federation::v1::Plan> read_plan_file(const std::string& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxPlanFile));
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    federation::v1::Plan plan;
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, &plan);
    if (!parsed.ok()) return fail(ErrorCode::kMalformedInput, path + ": " + std::string(parsed.message()));
    return plan;
}

}  // namespace huizhen::coordinator
