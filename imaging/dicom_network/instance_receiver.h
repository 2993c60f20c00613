#pragma once

// C-STORE requests on an association: the data set gathered behind a file's head, compared with its command,
// handed to the sink, answered. For the provider, and for the user within a C-GET.

#include <functional>

#include <huizhen/dicom_network/instance_sink.h>
#include <huizhen/dicom_network/observer.h>

#include "association.h"
#include "byte_budget.h"

namespace huizhen::imaging {

class InstanceReceiver {
  public:
    struct Tally {
        std::uint64_t stored = 0, refused = 0, bytes = 0;
    };
    using Report = std::function<void(RefusalReason, const std::string& detail)>;

    // `from`: titles and address of every header. All outlive it.
    InstanceReceiver(Association& association, InstanceSink& sink, ByteBudget& budget,
                     std::size_t max_object_bytes, InstanceHeader from, Report report);
    ~InstanceReceiver();
    InstanceReceiver(const InstanceReceiver&) = delete;
    InstanceReceiver& operator=(const InstanceReceiver&) = delete;

    // A C-STORE request. An error: the association is of no further use.
    Status receive(const Message& message);
    const Tally& tally() const { return tally_; }

  private:
    struct Refused;
    Status gather(const Message& message, std::string_view transfer_syntax);
    bool take(std::span<const std::byte> fragment);
    std::optional<Refused> store(const Message& message);
    Status answer(const Message& message, std::uint16_t status, const std::string& comment);
    void shrink();

    Association& association_;
    InstanceSink& sink_;
    ByteBudget& budget_;
    std::size_t max_object_bytes_;
    InstanceHeader header_;
    Report report_;
    Tally tally_;
    std::vector<std::byte> file_;  // of the object in hand; its memory serves the next one too
    std::size_t charged_ = 0;      // to the budget: file_'s capacity
    std::size_t head_bytes_ = 0;
    std::optional<RefusalReason> overflow_;
};

}  // namespace huizhen::imaging
