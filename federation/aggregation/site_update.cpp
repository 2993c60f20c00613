#include <huizhen/aggregation/site_update.h>
#include <huizhen/base/check.h>

namespace huizhen::aggregation {

void pack_update(const Strategy& strategy, std::span<const float> update,
                 std::span<const float> control_update, std::span<float> upload) {
    HZ_CHECK(update.size() == strategy.model_values() && upload.size() == strategy.upload_values(),
             "of this strategy's lengths");
    HZ_CHECK(control_update.size() == (strategy.has_control() ? update.size() : 0),
             "a control update with SCAFFOLD, and only there");
    const auto scale = static_cast<float>(strategy.settings().control_scale);
    for (const SentSegment& segment : strategy.sent()) {
        std::copy_n(update.begin() + static_cast<std::ptrdiff_t>(segment.model_first), segment.count,
                    upload.begin() + static_cast<std::ptrdiff_t>(segment.upload_first));
        if (!strategy.has_control()) continue;
        for (std::uint64_t i = 0; i < segment.count; ++i) {
            upload[strategy.sent_values() + segment.upload_first + i] =
                scale * control_update[segment.model_first + i];
        }
    }
}

void take_over(const Strategy& strategy, std::span<const float> server, std::span<float> local) {
    HZ_CHECK(server.size() == strategy.model_values() && local.size() == server.size(),
             "models of the layout");
    for (const SentSegment& segment : strategy.sent()) {
        std::copy_n(server.begin() + static_cast<std::ptrdiff_t>(segment.model_first), segment.count,
                    local.begin() + static_cast<std::ptrdiff_t>(segment.model_first));
    }
}

void update_control(std::span<const float> update, std::span<const float> server_control,
                    std::uint32_t local_steps, double local_rate, std::span<float> own_control,
                    std::span<float> control_update) {
    HZ_CHECK(local_steps > 0 && local_rate > 0, "a site that has trained");
    HZ_CHECK(server_control.size() == update.size() && own_control.size() == update.size() &&
                 control_update.size() == update.size(),
             "all as long as the model");
    const double travelled = local_steps * local_rate;
    for (std::size_t i = 0; i < update.size(); ++i) {
        control_update[i] = static_cast<float>(-server_control[i] - update[i] / travelled);
        own_control[i] += control_update[i];
    }
}

}  // namespace huizhen::aggregation
