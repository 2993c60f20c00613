#pragma once

// DIMSE command sets (PS3.7 6.3 and E): group 0000 in implicit VR little endian, numbers and texts without
// nesting. DCMTK's reader bounds neither their length nor how deep they nest.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

namespace command {
// Elements of group 0000.
inline constexpr std::uint16_t kAffectedClass = 0x0002, kRequestedClass = 0x0003, kField = 0x0100,
                               kMessageId = 0x0110, kRespondedTo = 0x0120, kMoveDestination = 0x0600,
                               kPriority = 0x0700, kDataSetType = 0x0800, kStatus = 0x0900,
                               kErrorComment = 0x0902, kAffectedInstance = 0x1000,
                               kRequestedInstance = 0x1001, kEventType = 0x1002, kActionType = 0x1008,
                               kRemaining = 0x1020, kCompleted = 0x1021, kFailed = 0x1022, kWarnings = 0x1023;
// Values of kField; a response has kResponse added.
inline constexpr std::uint16_t kStore = 0x0001, kGet = 0x0010, kFind = 0x0020, kMove = 0x0021, kEcho = 0x0030,
                               kEventReport = 0x0100, kAction = 0x0130, kCancel = 0x0FFF, kResponse = 0x8000;
inline constexpr std::uint16_t kNoDataSet = 0x0101, kWithDataSet = 0x0001;  // values of kDataSetType
}  // namespace command

class CommandSet {
  public:
    CommandSet() = default;
    // A request: its field and message ID, without a data set.
    CommandSet(std::uint16_t field, std::uint16_t message_id);
    // The answer to `request`: the field's response, its message ID, class and instance, without a data set.
    static CommandSet answer(const CommandSet& request, std::uint16_t status);

    // kMalformedInput: out of bounds, out of order, another group, without a field or data set type.
    static Result<CommandSet> decode(std::span<const std::byte> bytes);
    std::vector<std::byte> encode() const;

    void set(std::uint16_t element, std::uint16_t value);
    void set_text(std::uint16_t element, std::string_view value);
    void set_uid(std::uint16_t element, std::string_view value);

    std::optional<std::uint16_t> number(std::uint16_t element) const;
    std::string text(std::uint16_t element) const;  // without padding; empty where absent
    std::uint16_t field() const { return number(command::kField).value_or(0); }
    std::uint16_t status() const { return number(command::kStatus).value_or(0xFFFF); }
    bool has_data_set() const;

  private:
    std::map<std::uint16_t, std::string> values_;  // as encoded, padded; group length left out
};

// At most 64 characters, digits and dots (PS3.5 9.1).
bool is_uid(std::string_view text);

}  // namespace huizhen::imaging
