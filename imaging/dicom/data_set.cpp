#include <bit>
#include <charconv>
#include <cstring>

#include <huizhen/dicom/data_set.h>
#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

constexpr std::uint32_t kUndefinedLength = 0xFFFFFFFF;

// VRs whose explicit form has two reserved bytes and a 32-bit length (PS3.5 7.1.2).
bool has_long_form(std::uint16_t code) {
    constexpr std::array kLong{vr('O', 'B'), vr('O', 'D'), vr('O', 'F'), vr('O', 'L'), vr('O', 'V'),
                               vr('O', 'W'), vr('S', 'Q'), vr('S', 'V'), vr('U', 'C'), vr('U', 'N'),
                               vr('U', 'R'), vr('U', 'T'), vr('U', 'V')};
    return std::find(kLong.begin(), kLong.end(), code) != kLong.end();
}

// Everything else has a 16-bit length. Writers that put "??" or blanks for a VR they did not know meant this
// too.
bool has_short_form(std::uint16_t code) {
    const auto printable = [](int c) { return c >= 0x20 && c < 0x7F; };
    return printable(code >> 8) && printable(code & 0xFF) && !has_long_form(code);
}

// Sequences read here, for implicit VR with defined length, where only a dictionary tells them from plain
// bytes.
bool is_known_sequence(Tag tag) {
    constexpr std::array kSequences{
        make_tag(0x5200, 0x9229), make_tag(0x5200, 0x9230),  // shared and per-frame functional groups
        make_tag(0x0020, 0x9113), make_tag(0x0020, 0x9116),  // plane position, plane orientation
        make_tag(0x0028, 0x9110), make_tag(0x0028, 0x9145),  // pixel measures, pixel value transformation
        make_tag(0x0018, 0x9329), make_tag(0x0020, 0x9111),  // CT frame type, frame content
        make_tag(0x0018, 0x9325), make_tag(0x0018, 0x9314),  // CT exposure details, CT reconstruction
        make_tag(0x0008, 0x1199), make_tag(0x0008, 0x1198)   // referenced and failed SOP instances
    };
    return std::find(kSequences.begin(), kSequences.end(), tag) != kSequences.end();
}

class Walker {
  public:
    Walker(std::span<const std::byte> bytes, std::size_t total_size, std::size_t begin)
        : bytes_(bytes), total_size_(total_size), at_(begin) {}

    bool ran_out() const { return ran_out_; }
    std::size_t at() const { return at_; }
    const std::optional<PixelElement>& pixels() const { return pixels_; }

    // Elements up to `end`, an item delimiter (where `delimited`), pixel data or a foreign group.
    Result<DataSet> walk(Encoding encoding, std::size_t end, int depth, bool delimited,
                         std::optional<std::uint16_t> only_group) {
        DataSet data(bytes_, encoding.big_endian);
        while (at_ < end) {
            HZ_ASSIGN(const Tag tag, peek_tag(encoding, end));
            if (only_group && tag >> 16 != *only_group) return data;
            if (tag == tags::kItemEnd && delimited) {
                at_ += 8;
                return data;
            }
            if (tag >> 16 == 0xFFFE) return malformed(tag, "stands where no item or delimiter belongs");
            if (++elements_ > kMaxElements)
                return fail(ErrorCode::kLimitExceeded, "more data elements than are read");
            HZ_ASSIGN(Element element, element_header(encoding, end));
            if (depth == 0 && tag == tags::kPixelData) {
                pixels_ = PixelElement{element.offset, undefined_ ? end - element.offset : element.length,
                                       undefined_, element.vr};
                return data;
            }
            HZ_TRY(value(element, encoding, end, depth));
            data.add(std::move(element));
        }
        if (delimited) return truncated(tags::kItemEnd, "an item is not closed");
        return data;
    }

  private:
    tl::unexpected<Error> malformed(Tag tag, std::string_view what) const {
        return fail(ErrorCode::kMalformedInput, tag_name(tag) + " " + std::string(what));
    }

    tl::unexpected<Error> truncated(Tag tag, std::string_view what) {
        if (bytes_.size() < total_size_) ran_out_ = true;
        return malformed(tag, std::string(what) + ": the file ends too early");
    }

    std::uint32_t u16(std::size_t at, bool big) const {
        const auto a = std::to_integer<std::uint32_t>(bytes_[at]),
                   b = std::to_integer<std::uint32_t>(bytes_[at + 1]);
        return big ? (a << 8) | b : (b << 8) | a;
    }
    std::uint32_t u32(std::size_t at, bool big) const {
        return big ? (u16(at, big) << 16) | u16(at + 2, big) : (u16(at + 2, big) << 16) | u16(at, big);
    }

    // Whether `count` bytes from here lie before `end` and in what was read so far.
    bool available(std::size_t count, std::size_t end) {
        if (end - at_ < count) return false;
        if (bytes_.size() < at_ || bytes_.size() - at_ < count) {
            ran_out_ = true;
            return false;
        }
        return true;
    }

    Result<Tag> peek_tag(Encoding encoding, std::size_t end) {
        if (!available(8, end)) {
            return fail(ErrorCode::kMalformedInput,
                        "the data set ends inside an element's tag and length, after " + tag_name(last_tag_));
        }
        const Tag tag = (u16(at_, encoding.big_endian) << 16) | u16(at_ + 2, encoding.big_endian);
        last_tag_ = tag;
        return tag;
    }

    // Tag, VR and length; afterwards at_ is at the value. Sets undefined_.
    Result<Element> element_header(Encoding encoding, std::size_t end) {
        Element element;
        element.tag = last_tag_;
        const bool big = encoding.big_endian;
        std::uint32_t length = 0;
        std::size_t header = 8;
        if (encoding.explicit_vr) {
            element.vr = static_cast<std::uint16_t>(u16(at_ + 4, true));
            if (has_short_form(element.vr)) {
                length = u16(at_ + 6, big);
            } else if (has_long_form(element.vr)) {
                header = 12;
                if (!available(header, end)) return truncated(element.tag, "has no length");
                length = u32(at_ + 8, big);
            } else {
                return malformed(element.tag, "has no valid value representation");
            }
        } else {
            element.vr = vr('?', '?');
            length = u32(at_ + 4, big);
        }
        at_ += header;
        element.offset = at_;
        undefined_ = length == kUndefinedLength;
        if (!undefined_) {
            element.length = length;
            if (end - at_ < length) {
                return malformed(element.tag, "declares " + std::to_string(length) + " bytes, only " +
                                                  std::to_string(end - at_) + " are left");
            }
        }
        return element;
    }

    Status value(Element& element, Encoding encoding, std::size_t end, int depth) {
        const bool undefined = undefined_;
        const bool plain_bytes = element.vr == vr('O', 'B') || element.vr == vr('O', 'W');
        if (undefined && plain_bytes) return skip_fragments(element.tag, encoding, end);
        const bool sequence = element.vr == vr('S', 'Q') || undefined ||
                              (!encoding.explicit_vr && is_known_sequence(element.tag));
        if (!sequence) {
            at_ += element.length;
            return {};
        }
        if (depth >= kMaxSequenceDepth) {
            return fail(ErrorCode::kLimitExceeded, tag_name(element.tag) + " nests sequences deeper than " +
                                                       std::to_string(kMaxSequenceDepth));
        }
        // PS3.5 6.2.2: unknown VR of undefined length is a sequence in implicit VR little endian.
        const Encoding inner = element.vr == vr('U', 'N') ? Encoding{false, false} : encoding;
        return items(element, inner, undefined ? end : at_ + element.length, depth, undefined);
    }

    Status items(Element& element, Encoding encoding, std::size_t end, int depth, bool delimited) {
        while (at_ < end) {
            HZ_ASSIGN(const Tag tag, peek_tag(encoding, end));
            const std::uint32_t length = u32(at_ + 4, encoding.big_endian);
            at_ += 8;
            if (tag == tags::kSequenceEnd && delimited) return {};
            if (tag != tags::kItem)
                return malformed(element.tag, "holds " + tag_name(tag) + " instead of an item");
            if (++elements_ > kMaxElements)
                return fail(ErrorCode::kLimitExceeded, "more sequence items than are read");
            const bool open = length == kUndefinedLength;
            if (!open && end - at_ < length)
                return malformed(element.tag, "has an item longer than what is left");
            HZ_ASSIGN(DataSet item, walk(encoding, open ? end : at_ + length, depth + 1, open, {}));
            element.items.push_back(std::move(item));
        }
        if (delimited) return truncated(element.tag, "is a sequence that is not closed");
        return {};
    }

    // Encapsulated bytes that are not the image: an icon's, for one.
    Status skip_fragments(Tag owner, Encoding encoding, std::size_t end) {
        while (at_ < end) {
            HZ_ASSIGN(const Tag tag, peek_tag(encoding, end));
            const std::uint32_t length = u32(at_ + 4, encoding.big_endian);
            at_ += 8;
            if (tag == tags::kSequenceEnd) return {};
            if (tag != tags::kItem || end - at_ < length) return malformed(owner, "has broken fragments");
            at_ += length;
        }
        return truncated(owner, "has fragments that are not closed");
    }

    std::span<const std::byte> bytes_;
    std::size_t total_size_;
    std::size_t at_;
    std::size_t elements_ = 0;
    Tag last_tag_ = 0;
    bool undefined_ = false;  // of the element header read last
    bool ran_out_ = false;
    std::optional<PixelElement> pixels_;
};

std::string_view trimmed(std::string_view value) {
    constexpr std::string_view kPadding(" \0", 2);
    const auto last = value.find_last_not_of(kPadding);
    if (last == std::string_view::npos) return {};
    value = value.substr(0, last + 1);
    return value.substr(value.find_first_not_of(' '));
}

std::optional<double> parse_decimal(std::string_view text) {
    text = trimmed(text);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

}  // namespace

std::string tag_name(Tag tag) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string name = "(0000,0000)";
    constexpr std::array<std::size_t, 8> kPlaces{1, 2, 3, 4, 6, 7, 8, 9};
    for (std::size_t i = 0; i < kPlaces.size(); ++i) name[kPlaces[i]] = kDigits[(tag >> (28 - 4 * i)) & 0xF];
    return name;
}

const Element* DataSet::find(Tag tag) const {
    const auto found =
        std::find_if(elements_.begin(), elements_.end(), [&](const Element& e) { return e.tag == tag; });
    return found == elements_.end() ? nullptr : &*found;
}

std::string_view DataSet::text(Tag tag) const {
    const Element* element = find(tag);
    if (element == nullptr || !element->items.empty() || element->length > kMaxTextBytes) return {};
    if (element->offset > bytes_.size() || bytes_.size() - element->offset < element->length) return {};
    return trimmed({reinterpret_cast<const char*>(bytes_.data()) + element->offset, element->length});
}

std::string_view DataSet::text_value(Tag tag, std::size_t index) const {
    std::string_view all = text(tag);
    for (; index > 0; --index) {
        const auto parted = all.find('\\');
        if (parted == std::string_view::npos) return {};
        all.remove_prefix(parted + 1);
    }
    return trimmed(all.substr(0, all.find('\\')));
}

std::optional<std::vector<double>> DataSet::decimals(Tag tag) const {
    std::string_view rest = text(tag);
    if (rest.empty()) return std::nullopt;
    std::vector<double> values;
    while (true) {
        const auto parted = rest.find('\\');
        const auto value = parse_decimal(rest.substr(0, parted));
        if (!value) return std::nullopt;
        values.push_back(*value);
        if (parted == std::string_view::npos) return values;
        rest.remove_prefix(parted + 1);
    }
}

std::optional<double> DataSet::decimal(Tag tag) const {
    const auto values = decimals(tag);
    return values ? std::optional(values->front()) : std::nullopt;
}

std::optional<std::int64_t> DataSet::integer(Tag tag, bool is_signed) const {
    const Element* element = find(tag);
    if (element == nullptr || !element->items.empty()) return std::nullopt;
    if (element->offset > bytes_.size() || bytes_.size() - element->offset < element->length)
        return std::nullopt;
    if (element->length != 2 && element->length != 4) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < element->length; ++i) {
        const auto at = element->offset + (big_endian_ ? i : element->length - 1 - i);
        value = (value << 8) | std::to_integer<std::uint32_t>(bytes_[at]);
    }
    if (!is_signed) return value;
    return element->length == 2 ? std::int64_t{static_cast<std::int16_t>(value)}
                                : std::int64_t{static_cast<std::int32_t>(value)};
}

std::optional<double> DataSet::real64(Tag tag) const {
    const Element* element = find(tag);
    if (element == nullptr || element->length < 8 || element->offset > bytes_.size() ||
        bytes_.size() - element->offset < 8) {
        return std::nullopt;
    }
    std::uint64_t raw = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        const auto at = element->offset + (big_endian_ ? i : 7 - i);
        raw = (raw << 8) | std::to_integer<std::uint64_t>(bytes_[at]);
    }
    return std::bit_cast<double>(raw);
}

std::span<const DataSet> DataSet::items(Tag tag) const {
    const Element* element = find(tag);
    return element == nullptr ? std::span<const DataSet>() : std::span<const DataSet>(element->items);
}

tl::expected<ParsedDataSet, ParseFailure> parse_data_set(std::span<const std::byte> bytes,
                                                         std::size_t total_size, std::size_t begin,
                                                         Encoding encoding,
                                                         std::optional<std::uint16_t> only_group) {
    Walker walker(bytes, total_size, begin);
    auto data = walker.walk(encoding, total_size, 0, false, only_group);
    if (!data) return tl::unexpected(ParseFailure{data.error(), walker.ran_out()});
    // The last value skipped may lie behind the head: then it cannot be looked at.
    if (walker.at() > bytes.size()) {
        return tl::unexpected(
            ParseFailure{Error(ErrorCode::kMalformedInput, "the file ends too early"), true});
    }
    ParsedDataSet parsed;
    parsed.data = std::move(*data);
    parsed.pixels = walker.pixels();
    parsed.end = walker.at();
    return parsed;
}

}  // namespace huizhen::imaging
