#include "address.h"

#include <gtest/gtest.h>

#include <huizhen/dicom_network/peer.h>

namespace huizhen::imaging {
namespace {

bool holds(const char* range, const char* address) {
    return AddressRange::parse(range).value().contains(Address::parse(address).value());
}

TEST(AddressRange, holds_its_addresses_and_no_other) {
    EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(holds("192.0.2.7", "192.0.2.8"));
    EXPECT_TRUE(holds("192.0.2.0/25", "192.0.2.127"));
    EXPECT_FALSE(holds("192.0.2.0/25", "192.0.2.128"));
    EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:1::2"));
    EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::2"));
    EXPECT_TRUE(holds("192.0.2.7", "::ffff:192.0.2.7"));
}

TEST(AddressRange, nonsense_is_refused) {
    for (const char* text :
         {"", "pacs.example", "192.0.2.7/33", "192.0.2.7/", "192.0.2.7/-1", "192.0.2/24", "::/129"})
        EXPECT_FALSE(AddressRange::parse(text)) << text;
}

TEST(Peer, without_tls_it_needs_an_address_and_with_it_a_name) {
    EXPECT_TRUE(check_peer({"PACS", {"192.0.2.7"}, {}}, false));
    EXPECT_FALSE(check_peer({"PACS", {}, {"pacs"}}, false));
    EXPECT_TRUE(check_peer({"PACS", {}, {"pacs"}}, true));
    EXPECT_FALSE(check_peer({"PACS", {"192.0.2.7"}, {}}, true));
    EXPECT_FALSE(check_peer({"SEVENTEEN LETTERS", {"192.0.2.7"}, {}}, false));
    EXPECT_FALSE(check_peer({"A\\B", {"192.0.2.7"}, {}}, false));
}

}  // namespace
}  // namespace huizhen::imaging
