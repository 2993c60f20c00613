#include "address_list.h"

#include <gtest/gtest.h>

namespace huizhen::mllp {
namespace {

bool holds(const std::vector<std::string>& list, const char* address) {
    return AddressList::parse(list).value().holds(address);
}

TEST(AddressList, holds_addresses_and_networks) {
    EXPECT_TRUE(holds({"10.2.3.4"}, "10.2.3.4"));
    EXPECT_FALSE(holds({"10.2.3.4"}, "10.2.3.5"));
    EXPECT_TRUE(holds({"10.2.0.0/16"}, "10.2.255.1"));
    EXPECT_FALSE(holds({"10.2.0.0/16"}, "10.3.0.1"));
    EXPECT_TRUE(holds({"10.2.3.4", "fd00::/8"}, "fd12::1"));
    EXPECT_FALSE(holds({"fd00::/8"}, "fe00::1"));
    EXPECT_FALSE(holds({"fd00::/8"}, "10.2.3.4"));
    EXPECT_TRUE(holds({"0.0.0.0/0"}, "10.2.3.4"));
    EXPECT_FALSE(holds({"0.0.0.0/0"}, "fd12::1"));
    EXPECT_TRUE(holds({}, "10.2.3.4"));
}

TEST(AddressList, refuses_what_is_none) {
    for (const char* text :
         {"", "10.2.3", "10.2.3.4/33", "10.2.3.4/", "10.2.3.4/x", "host", "fd00::/129", "::g"}) {
        const auto list = AddressList::parse({text});
        ASSERT_FALSE(list) << text;
        EXPECT_EQ(list.error().code(), ErrorCode::kInvalidArgument);
    }
}

}  // namespace
}  // namespace huizhen::mllp
