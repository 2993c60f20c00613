#include <huizhen/dicom/data_set.h>
#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

// Writes elements by hand, so that they can lie.
class Builder {
  public:
    explicit Builder(Encoding encoding = {true, false}) : encoding_(encoding) {}

    Builder& u16(std::uint32_t v) {
        encoding_.big_endian ? byte(v >> 8).byte(v) : byte(v).byte(v >> 8);
        return *this;
    }
    Builder& u32(std::uint32_t v) { return encoding_.big_endian ? u16(v >> 16).u16(v) : u16(v).u16(v >> 16); }
    Builder& tag(Tag t) { return u16(t >> 16).u16(t & 0xFFFF); }
    Builder& text(std::string_view value) {
        for (char c : value) byte(static_cast<unsigned char>(c));
        return *this;
    }
    // Any element with a 16-bit length, or a 32-bit one in implicit VR.
    Builder& element(Tag t, std::string_view code, std::string_view value) {
        tag(t);
        if (!encoding_.explicit_vr) return u32(static_cast<std::uint32_t>(value.size())).text(value);
        return text(code).u16(static_cast<std::uint32_t>(value.size())).text(value);
    }
    Builder& sequence(Tag t, std::uint32_t length) {
        tag(t);
        if (encoding_.explicit_vr) text("SQ").u16(0);
        return u32(length);
    }
    Builder& item(std::uint32_t length) { return tag(tags::kItem).u32(length); }
    Builder& item_end() { return tag(tags::kItemEnd).u32(0); }
    Builder& sequence_end() { return tag(tags::kSequenceEnd).u32(0); }

    const std::vector<std::byte>& bytes() const { return bytes_; }
    tl::expected<ParsedDataSet, ParseFailure> parse() const {
        return parse_data_set(bytes_, bytes_.size(), 0, encoding_);
    }

  private:
    Builder& byte(std::uint32_t v) {
        bytes_.push_back(static_cast<std::byte>(v));
        return *this;
    }
    Encoding encoding_;
    std::vector<std::byte> bytes_;
};

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr Tag kRows = make_tag(0x0028, 0x0010), kPosition = make_tag(0x0020, 0x0032),
              kId = make_tag(0x0010, 0x0020);
constexpr Tag kShared = make_tag(0x5200, 0x9229), kMeasures = make_tag(0x0028, 0x9110);

void expect_failure(const Builder& builder, ErrorCode code, std::string_view words) {
    const auto parsed = builder.parse();
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().error.code(), code);
    EXPECT_NE(parsed.error().error.message().find(words), std::string::npos)
        << parsed.error().error.message();
    EXPECT_FALSE(parsed.error().needs_more);
}

TEST(DataSet, reads_values_in_every_encoding) {
    for (const Encoding encoding : {Encoding{true, false}, Encoding{true, true}, Encoding{false, false}}) {
        Builder b(encoding);
        b.element(kId, "LO", "A1 ").element(kPosition, "DS", "-1.5\\2\\ 3e1");
        b.tag(kRows);
        if (encoding.explicit_vr) {
            b.text("US").u16(2);
        } else {
            b.u32(2);
        }
        b.u16(512);
        const auto parsed = b.parse();
        ASSERT_TRUE(parsed) << parsed.error().error.message();
        EXPECT_EQ(parsed->data.text(kId), "A1");
        EXPECT_EQ(parsed->data.integer(kRows), 512);
        EXPECT_EQ(parsed->data.decimals(kPosition), (std::vector<double>{-1.5, 2, 30}));
        EXPECT_EQ(parsed->data.text_value(kPosition, 1), "2");
        EXPECT_EQ(parsed->data.text_value(kPosition, 7), "");
    }
}

TEST(DataSet, descends_into_sequences_of_defined_and_undefined_length) {
    for (const Encoding encoding : {Encoding{true, false}, Encoding{true, true}, Encoding{false, false}}) {
        Builder inner(encoding);
        inner.element(kPosition, "DS", "1\\2\\3 ");
        const auto size = static_cast<std::uint32_t>(inner.bytes().size());
        Builder defined(encoding), undefined(encoding);
        defined.sequence(kShared, size + 8).item(size).element(kPosition, "DS", "1\\2\\3 ");
        undefined.sequence(kShared, kUndefined)
            .item(kUndefined)
            .element(kPosition, "DS", "1\\2\\3 ")
            .item_end()
            .sequence_end();
        for (Builder* b : {&defined, &undefined}) {
            b->element(make_tag(0x7000, 0x0010), "LO", "after ");
            const auto parsed = b->parse();
            ASSERT_TRUE(parsed) << parsed.error().error.message();
            ASSERT_EQ(parsed->data.items(kShared).size(), 1U);
            EXPECT_EQ(parsed->data.items(kShared)[0].text(kPosition), "1\\2\\3");
            EXPECT_EQ(parsed->data.text(make_tag(0x7000, 0x0010)), "after");
        }
    }
}

TEST(DataSet, reads_unknown_vr_of_undefined_length_as_an_implicit_sequence) {
    Builder b;
    b.tag(kMeasures).text("UN").u16(0).u32(kUndefined).item(kUndefined);
    b.tag(kPosition).u32(4).text("1\\2 ").item_end().sequence_end();
    const auto parsed = b.parse();
    ASSERT_TRUE(parsed) << parsed.error().error.message();
    EXPECT_EQ(parsed->data.items(kMeasures)[0].text(kPosition), "1\\2");
}

TEST(DataSet, stops_at_pixel_data_but_not_at_an_icons) {
    Builder b;
    b.sequence(make_tag(0x0088, 0x0200), kUndefined).item(kUndefined);
    b.tag(tags::kPixelData).text("OB").u16(0).u32(kUndefined).item(0).item(4).text("abcd").sequence_end();
    b.item_end().sequence_end();
    b.tag(tags::kPixelData).text("OW").u16(0).u32(6).text("pixels");
    const auto parsed = b.parse();
    ASSERT_TRUE(parsed) << parsed.error().error.message();
    ASSERT_TRUE(parsed->pixels);
    EXPECT_EQ(parsed->pixels->length, 6U);
    EXPECT_EQ(parsed->pixels->offset, b.bytes().size() - 6);
}

TEST(DataSet, refuses_nesting_beyond_the_limit_by_tag) {
    Builder b;
    for (int i = 0; i < kMaxSequenceDepth + 1; ++i) b.sequence(kShared, kUndefined).item(kUndefined);
    expect_failure(b, ErrorCode::kLimitExceeded, "(5200,9229) nests sequences deeper than 16");
}

TEST(DataSet, survives_a_hundred_thousand_levels_of_nesting) {
    Builder b({false, false});
    for (int i = 0; i < 100'000; ++i) b.sequence(kShared, kUndefined).item(kUndefined);
    expect_failure(b, ErrorCode::kLimitExceeded, "nests");
}

TEST(DataSet, refuses_lengths_beyond_the_file_by_tag) {
    Builder b;
    b.tag(make_tag(0x0008, 0x1030)).text("UT").u16(0).u32(0xFFFFFFF0).text("x");
    expect_failure(b, ErrorCode::kMalformedInput, "(0008,1030) declares 4294967280 bytes, only 1 are left");
    Builder item;
    item.sequence(kShared, 12).item(100).text("abcd");
    expect_failure(item, ErrorCode::kMalformedInput, "(5200,9229) has an item longer than what is left");
}

TEST(DataSet, refuses_sequences_and_items_that_never_close) {
    Builder sequence, item, stray;
    sequence.sequence(kShared, kUndefined).item(kUndefined).item_end();
    expect_failure(sequence, ErrorCode::kMalformedInput, "(5200,9229) is a sequence that is not closed");
    item.sequence(kShared, kUndefined).item(kUndefined).element(kId, "LO", "A1");
    expect_failure(item, ErrorCode::kMalformedInput, "not closed");
    stray.element(kId, "LO", "A1").item_end();
    expect_failure(stray, ErrorCode::kMalformedInput, "(FFFE,E00D) stands where no item");
}

TEST(DataSet, refuses_a_cut_element_header_and_a_vr_that_is_none) {
    Builder cut, vr;
    cut.element(kId, "LO", "A1").text("\x28");
    expect_failure(cut, ErrorCode::kMalformedInput, "after (0010,0020)");
    vr.tag(kId).text("\x01\x02").u16(0);
    expect_failure(vr, ErrorCode::kMalformedInput, "(0010,0020) has no valid value representation");
}

TEST(DataSet, refuses_more_elements_than_the_limit) {
    Builder b({false, false});
    for (std::size_t i = 0; i < kMaxElements + 1; ++i) b.tag(kId).u32(0);
    expect_failure(b, ErrorCode::kLimitExceeded, "more data elements");
}

TEST(DataSet, asks_for_more_where_only_the_head_of_the_file_was_given) {
    Builder b;
    b.element(kId, "LO", "A1").element(kPosition, "DS", "1\\2\\3 ");
    const auto all = std::span<const std::byte>(b.bytes());
    for (std::size_t head = 0; head < all.size(); ++head) {
        const auto parsed = parse_data_set(all.first(head), all.size(), 0, {true, false});
        ASSERT_FALSE(parsed) << head;
        EXPECT_TRUE(parsed.error().needs_more) << head;
    }
}

TEST(DataSet, gives_nothing_for_values_that_are_no_numbers) {
    Builder b;
    b.element(kPosition, "DS", "1\\two\\3 ")
        .element(kRows, "US", "x")
        .element(make_tag(0x0018, 0x0050), "DS", "nan ");
    const auto parsed = b.parse();
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->data.decimals(kPosition));
    EXPECT_FALSE(parsed->data.integer(kRows));
    EXPECT_FALSE(parsed->data.decimal(make_tag(0x0018, 0x0050)));
    EXPECT_FALSE(parsed->data.decimal(make_tag(0x0018, 0x0060)));
}

}  // namespace
}  // namespace huizhen::imaging
