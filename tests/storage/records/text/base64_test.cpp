#include <gtest/gtest.h>

#include <huizhen/record_text/base64.h>

namespace huizhen::records {
namespace {

TEST(Base64, reads_rfc_4648s_vectors) {
    EXPECT_EQ(from_base64(""), "");
    EXPECT_EQ(from_base64("Zg=="), "f");
    EXPECT_EQ(from_base64("Zm8="), "fo");
    EXPECT_EQ(from_base64("Zm9v"), "foo");
    EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
    EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
    EXPECT_EQ(from_base64("Zm9v\r\nYmFy"), "foobar");
    EXPECT_EQ(from_base64("Zm8"), "fo");
    EXPECT_EQ(from_base64("+/8="), "\xFB\xFF");
}

TEST(Base64, refuses_what_is_none) {
    for (const char* text : {"Z", "Zg=a", "Zm9v=", "Zm8==", "Z*==", "Zm9vY"})
        EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace huizhen::records
