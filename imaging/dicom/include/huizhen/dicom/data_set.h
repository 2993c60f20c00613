#pragma once

// A DICOM data set as an index into bytes somebody else keeps: which element lies where (PS3.5, section 7).
// DCMTK bounds neither nesting nor lengths while it parses, so the untrusted walk is ours and DCMTK is given
// only single frames cut out by it. Values are decoded when asked for, never trusted for size.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

using Tag = std::uint32_t;

constexpr Tag make_tag(std::uint16_t group, std::uint16_t element) { return (Tag{group} << 16) | element; }

std::string tag_name(Tag tag);  // "(0028,0010)"

namespace tags {
inline constexpr Tag kItem = make_tag(0xFFFE, 0xE000);
inline constexpr Tag kItemEnd = make_tag(0xFFFE, 0xE00D);
inline constexpr Tag kSequenceEnd = make_tag(0xFFFE, 0xE0DD);
inline constexpr Tag kPixelData = make_tag(0x7FE0, 0x0010);
}  // namespace tags

// Two letters of a value representation; "??" for implicit VR.
constexpr std::uint16_t vr(char a, char b) {
    return static_cast<std::uint16_t>((static_cast<unsigned char>(a) << 8) | static_cast<unsigned char>(b));
}

class DataSet;

struct Element {
    Tag tag = 0;
    std::uint16_t vr = 0;
    std::size_t offset = 0;      // of the value, in the bytes that were parsed
    std::size_t length = 0;      // of the value; 0 for sequences of undefined length
    std::vector<DataSet> items;  // of sequences
};

// A data set or a sequence item. Borrows the bytes it was parsed from.
class DataSet {
  public:
    DataSet() = default;
    DataSet(std::span<const std::byte> bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

    void add(Element element) { elements_.push_back(std::move(element)); }
    const Element* find(Tag tag) const;
    bool has(Tag tag) const { return find(tag) != nullptr; }
    std::span<const Element> elements() const { return elements_; }

    // The value without trailing padding; empty where absent, nested or longer than kMaxTextBytes.
    std::string_view text(Tag tag) const;
    std::string_view text_value(Tag tag, std::size_t index) const;  // one of several parted by backslashes
    // DS or IS values. nullopt where absent, empty or not numbers, all of them.
    std::optional<std::vector<double>> decimals(Tag tag) const;
    std::optional<double> decimal(Tag tag) const;
    // US, SS, UL or SL: two or four bytes, signed where `is_signed`. (IS is text: decimal.)
    std::optional<std::int64_t> integer(Tag tag, bool is_signed = false) const;
    std::optional<double> real64(Tag tag) const;  // FD
    // The items of a sequence; empty where absent.
    std::span<const DataSet> items(Tag tag) const;

  private:
    std::span<const std::byte> bytes_;
    bool big_endian_ = false;
    std::vector<Element> elements_;
};

// How to walk: PS3.5 Annex A.
struct Encoding {
    bool explicit_vr = true;
    bool big_endian = false;
};

// Where pixel data lies; a parse stops there.
struct PixelElement {
    std::size_t offset = 0;  // of the value
    std::size_t length = 0;  // where encapsulated: all that the file holds from there on
    bool encapsulated = false;
    std::uint16_t vr = 0;
};

struct ParsedDataSet {
    DataSet data;
    std::optional<PixelElement> pixels;
    std::size_t end = 0;  // where the walk stopped
};

// What stopped a walk. `needs_more`: the bytes are only the head of the file and it ran past them.
struct ParseFailure {
    Error error;
    bool needs_more = false;
};

// Walks `bytes` from `begin`: the data set up to its pixel data, or, with `only_group`, the run of elements
// of that group (the file meta information). `total_size` is the size of the whole file of which `bytes` is
// the head.
tl::expected<ParsedDataSet, ParseFailure> parse_data_set(std::span<const std::byte> bytes,
                                                         std::size_t total_size, std::size_t begin,
                                                         Encoding encoding,
                                                         std::optional<std::uint16_t> only_group = {});

}  // namespace huizhen::imaging
