#include "command.h"

#include <gtest/gtest.h>

namespace huizhen::imaging {
namespace {

CommandSet store_request() {
    CommandSet command(command::kStore, 7);
    command.set_uid(command::kAffectedClass, "1.2.840.10008.5.1.4.1.1.2");
    command.set_uid(command::kAffectedInstance, "1.2.3");
    command.set(command::kDataSetType, command::kWithDataSet);
    return command;
}

TEST(CommandSet, comes_back_as_it_was_written) {
    const auto bytes = store_request().encode();
    const auto read = CommandSet::decode(bytes);
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(read->field(), command::kStore);
    EXPECT_EQ(read->number(command::kMessageId), 7);
    EXPECT_EQ(read->text(command::kAffectedInstance), "1.2.3");
    EXPECT_TRUE(read->has_data_set());
    EXPECT_EQ(read->encode(), bytes);
    EXPECT_EQ(bytes.size() % 2, 0u);
}

TEST(CommandSet, answers_repeat_what_was_asked) {
    const CommandSet answer = CommandSet::answer(store_request(), 0xA700);
    EXPECT_EQ(answer.field(), command::kStore | command::kResponse);
    EXPECT_EQ(answer.number(command::kRespondedTo), 7);
    EXPECT_FALSE(answer.number(command::kMessageId));
    EXPECT_EQ(answer.text(command::kAffectedInstance), "1.2.3");
    EXPECT_EQ(answer.status(), 0xA700);
    EXPECT_FALSE(answer.has_data_set());
}

TEST(CommandSet, what_is_cut_or_out_of_order_is_refused) {
    const auto bytes = store_request().encode();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(CommandSet::decode(std::span(bytes).first(length))) << length;
    }
    auto twice = bytes;
    twice.insert(twice.end(), bytes.begin(), bytes.end());
    EXPECT_FALSE(CommandSet::decode(twice));
    auto other_group = bytes;
    other_group[12] = std::byte{8};  // of the element behind the group length
    EXPECT_FALSE(CommandSet::decode(other_group));
}

TEST(CommandSet, uids_are_digits_and_dots) {
    EXPECT_TRUE(is_uid("1.2.840.10008.1.1"));
    EXPECT_FALSE(is_uid(""));
    EXPECT_FALSE(is_uid("1.2/../3"));
    EXPECT_FALSE(is_uid(std::string(65, '1')));
}

}  // namespace
}  // namespace huizhen::imaging
