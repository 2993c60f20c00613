#include "command.h"

namespace huizhen::imaging {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kMaxUidLength = 64;

std::uint32_t read(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

void append(std::vector<std::byte>& bytes, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void append_element(std::vector<std::byte>& bytes, std::uint16_t element, std::string_view value) {
    append(bytes, 0, 2);
    append(bytes, element, 2);
    append(bytes, static_cast<std::uint32_t>(value.size()), 4);
    for (const char c : value) bytes.push_back(static_cast<std::byte>(c));
}

std::string padded(std::string_view value, char padding) {
    std::string result(value);
    if (result.size() % 2 == 1) result.push_back(padding);
    return result;
}

}  // namespace

CommandSet::CommandSet(std::uint16_t field, std::uint16_t message_id) {
    set(command::kField, field);
    set(field & command::kResponse ? command::kRespondedTo : command::kMessageId, message_id);
    set(command::kDataSetType, command::kNoDataSet);
}

CommandSet CommandSet::answer(const CommandSet& request, std::uint16_t status) {
    CommandSet answer(static_cast<std::uint16_t>(request.field() | command::kResponse),
                      request.number(command::kMessageId).value_or(0));
    for (const auto& [asked, affected] : {std::pair{command::kAffectedClass, command::kAffectedClass},
                                          {command::kRequestedClass, command::kAffectedClass},
                                          {command::kAffectedInstance, command::kAffectedInstance},
                                          {command::kRequestedInstance, command::kAffectedInstance}}) {
        if (const std::string uid = request.text(asked); is_uid(uid)) answer.set_uid(affected, uid);
    }
    for (const std::uint16_t type : {command::kEventType, command::kActionType}) {
        if (const auto value = request.number(type)) answer.set(type, *value);
    }
    answer.set(command::kStatus, status);
    return answer;
}

Result<CommandSet> CommandSet::decode(std::span<const std::byte> bytes) {
    const auto broken = [](const char* what) {
        return fail(ErrorCode::kMalformedInput, std::string("a command set ") + what);
    };
    CommandSet set;
    std::int32_t last = -1;
    for (std::size_t at = 0; at < bytes.size();) {
        if (bytes.size() - at < kHeaderBytes) return broken("ends inside an element");
        const std::uint32_t group = read(bytes, at, 2);
        const auto element = static_cast<std::uint16_t>(read(bytes, at + 2, 2));
        const std::size_t length = read(bytes, at + 4, 4);
        at += kHeaderBytes;
        if (group != 0 || element <= last) return broken("has elements of another group, or out of order");
        if (length > bytes.size() - at) return broken("ends inside a value");
        if (element == 0 && (length != 4 || read(bytes, at, 4) != bytes.size() - at - 4))
            return broken("is not as long as it says");
        if (element != 0) {
            set.values_.emplace(element,
                                std::string(reinterpret_cast<const char*>(bytes.data() + at), length));
        }
        last = element;
        at += length;
    }
    if (!set.number(command::kField) || !set.number(command::kDataSetType))
        return broken("says neither what is asked nor whether a data set follows");
    return set;
}

std::vector<std::byte> CommandSet::encode() const {
    std::vector<std::byte> elements;
    for (const auto& [element, value] : values_) append_element(elements, element, value);
    std::vector<std::byte> bytes;
    append(bytes, 0, 4);
    append(bytes, 4, 4);
    append(bytes, static_cast<std::uint32_t>(elements.size()), 4);
    bytes.insert(bytes.end(), elements.begin(), elements.end());
    return bytes;
}

void CommandSet::set(std::uint16_t element, std::uint16_t value) {
    values_[element] = {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)};
}

void CommandSet::set_text(std::uint16_t element, std::string_view value) {
    values_[element] = padded(value, ' ');
}

void CommandSet::set_uid(std::uint16_t element, std::string_view value) {
    values_[element] = padded(value, '\0');
}

std::optional<std::uint16_t> CommandSet::number(std::uint16_t element) const {
    const auto found = values_.find(element);
    if (found == values_.end() || found->second.size() != 2) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(found->second[i]); };
    return static_cast<std::uint16_t>(byte(0) | byte(1) << 8);
}

std::string CommandSet::text(std::uint16_t element) const {
    const auto found = values_.find(element);
    if (found == values_.end()) return {};
    const std::string_view value = found->second;
    return std::string(value.substr(0, value.find_last_not_of(std::string_view(" \0", 2)) + 1));
}

bool CommandSet::has_data_set() const { return number(command::kDataSetType) != command::kNoDataSet; }

bool is_uid(std::string_view text) {
    return !text.empty() && text.size() <= kMaxUidLength &&
           text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace huizhen::imaging
