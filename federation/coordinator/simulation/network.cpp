#include "network.h"

#include <huizhen/rpc/round_codec.h>

namespace huizhen::coordinator::simulation {

LetterPtr make_letter(rounds::Message message) {
    const std::uint64_t bytes = rpc::encode_round_message(message).body.size();
    return std::make_shared<const Letter>(Letter{std::move(message), bytes});
}

void Network::carry(const Process& from, const Process& to, std::function<void()> deliver) {
    if (!from.up(queue_.now()) || dice_.chance(faults_.drop)) return;
    const int copies = dice_.chance(faults_.duplicate) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        // The second one comes much later: after what followed the first.
        const std::uint64_t longest = std::uint64_t{faults_.delay_ms} * (copy == 0 ? 1 : 20) + 1;
        queue_.after(Milliseconds(dice_.below(longest)), to, [this, &to, deliver] {
            if (to.up(queue_.now())) deliver();
        });
    }
}

}  // namespace huizhen::coordinator::simulation
