#include "frame_order.h"

namespace huizhen::rpc {

Status FrameOrder::accept(const Frame& frame) {
    if (frame.session != session_) return refuse(Refusal::kWrongSession, "a frame of another session");
    if (frame.site != site_) return refuse(Refusal::kWrongSite, "a frame for another site");
    if (frame.sequence <= received_) {
        return refuse(Refusal::kRepeated, "frame " + std::to_string(frame.sequence) + " was there already");
    }
    if (frame.sequence != received_ + 1) {
        return refuse(Refusal::kOutOfOrder,
                      "frame " + std::to_string(frame.sequence) + " after " + std::to_string(received_));
    }
    if (frame.ack > sent_ || frame.ack < acknowledged_) {
        return refuse(Refusal::kMalformed,
                      "acknowledges frame " + std::to_string(frame.ack) + " of " + std::to_string(sent_));
    }
    received_ = frame.sequence;
    acknowledged_ = frame.ack;
    return {};
}

}  // namespace huizhen::rpc
