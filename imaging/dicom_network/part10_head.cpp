#include "part10_head.h"

#include <cstdint>
#include <string>

namespace huizhen::imaging {
namespace {

constexpr std::size_t kPreambleBytes = 128;

class GroupWriter {
  public:
    explicit GroupWriter(std::vector<std::byte>& bytes) : bytes_(bytes) {}

    void number(std::uint64_t value, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
    void text(std::string_view text) {
        for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
    }
    // Explicit VR little endian, in its short form.
    void element(std::uint16_t element, std::string_view vr, std::string_view value) {
        const bool odd = value.size() % 2 == 1;
        begin(element, vr);
        number(value.size() + (odd ? 1 : 0), 2);
        text(value);
        if (odd) number(vr == "UI" ? 0 : ' ', 1);
    }
    void begin(std::uint16_t element, std::string_view vr) {
        number(0x0002, 2);
        number(element, 2);
        text(vr);
    }

  private:
    std::vector<std::byte>& bytes_;
};

}  // namespace

const char* const kImplementationClassUid = "2.25.219001818692219676337611421707391140132";
const char* const kImplementationVersionName = "HUIZHEN";

void append_part10_head(const Part10Head& head, std::vector<std::byte>& bytes) {
    GroupWriter writer(bytes);
    bytes.insert(bytes.end(), kPreambleBytes, std::byte{0});
    writer.text("DICM");
    writer.begin(0x0000, "UL");
    writer.number(4, 2);
    const std::size_t length_at = bytes.size();
    writer.number(0, 4);
    writer.begin(0x0001, "OB");
    writer.number(0, 2);
    writer.number(2, 4);
    writer.number(0x0100, 2);  // version 00 01
    writer.element(0x0002, "UI", head.sop_class_uid);
    writer.element(0x0003, "UI", head.sop_instance_uid);
    writer.element(0x0010, "UI", head.transfer_syntax_uid);
    writer.element(0x0012, "UI", kImplementationClassUid);
    writer.element(0x0013, "SH", kImplementationVersionName);
    writer.element(0x0017, "AE", head.sender_ae);
    writer.element(0x0018, "AE", head.receiver_ae);
    const std::size_t length = bytes.size() - length_at - 4;
    for (std::size_t i = 0; i < 4; ++i) bytes[length_at + i] = static_cast<std::byte>(length >> (8 * i));
}

}  // namespace huizhen::imaging
