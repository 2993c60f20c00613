// The parts that decide single values.

#include "dates.h"
#include "descriptors.h"
#include "keyed.h"
#include "profile.h"

namespace huizhen::imaging {
namespace {

DeidentifyKey key_of(std::uint8_t value, std::size_t length) {
    std::array<std::uint8_t, 32> bytes{};  // HMAC fills short keys up with zeros
    std::fill_n(bytes.begin(), length, value);
    return DeidentifyKey(bytes);
}

TEST(KeyedHash, is_hmac_sha256) {  // RFC 4231, 4.2 and 4.4
    EXPECT_EQ(to_hex(keyed_hash(key_of(0x0B, 20), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(keyed_hash(key_of(0xAA, 20), std::string(50, '\xDD'))),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

TEST(KeyedHash, makes_uids_pseudonyms_and_shifts_that_fit) {
    const DeidentifyKey key = key_of(7, 32);
    for (int i = 0; i < 500; ++i) {
        const std::string text = "subject " + std::to_string(i);
        EXPECT_LE(replaced_uid(key, text).size(), 64U);
        EXPECT_EQ(pseudonym(key, text).size(), 19U);
        EXPECT_LE(days_to_shift(key, text), -30);
        EXPECT_GT(days_to_shift(key, text), -3650);
    }
    EXPECT_NE(pseudonym(key, "a"), pseudonym(key_of(8, 32), "a"));
}

TEST(Dates, move_over_months_years_and_leap_days) {
    EXPECT_EQ(shifted_date("20240301", -1), "20240229");
    EXPECT_EQ(shifted_date("20230301", -1), "20230228");
    EXPECT_EQ(shifted_date("20260101", -366), "20241231");
    EXPECT_EQ(shifted_date("20260102030405.678+0100", -2), "20251231030405.678+0100");
    EXPECT_EQ(shifted_date("2026.01.02", -2), "20251231");
    EXPECT_EQ(shifted_date("20230229", -1), std::nullopt);
    EXPECT_EQ(shifted_date("2026", -1), std::nullopt);
    EXPECT_EQ(shifted_date("2026010", -1), std::nullopt);
    EXPECT_EQ(shifted_date("20260101-20270101", 0), "20260101-20270101");
    EXPECT_EQ(shifted_date("today", -1), std::nullopt);
    EXPECT_EQ(shifted_date("00010105", -30), std::nullopt);
}

TEST(Descriptors, keep_what_a_scanner_says_and_nothing_else) {
    EXPECT_EQ(harmless_words("CT Thorax w/o contrast 1.25 mm"), "CT Thorax w o contrast 1.25 mm");
    EXPECT_EQ(harmless_words("Chest_Routine 5mm Mueller, Anna"), "Chest Routine 5mm");
    EXPECT_EQ(harmless_words("MRN 1234567 lung"), "lung");
    EXPECT_EQ(harmless_words("tel 030 123 456"), "");
    EXPECT_EQ(harmless_words("02-01-60 02/01/60 12.345.678"), "");
    EXPECT_EQ(harmless_words("A1234 CT01 chest"), "chest");
    EXPECT_EQ(harmless_words("\xCD\xF5 lung \xE7\x8E\x8B"), "lung");
    EXPECT_EQ(harmless_words("1.2.840.113"), "");
    EXPECT_EQ(harmless_words(""), "");
}

TEST(Profile, has_the_whole_table) {
    // PS3.15 2026c: 655 rows, three of them groups of overlays and curves.
    EXPECT_EQ(profile_row_count(), 652U);
    const DeidentifyOptions none;
    EXPECT_EQ(profile_action(0x0010, 0x0010, false, none), Action::kEmpty);
    EXPECT_EQ(profile_action(0x0010, 0x4000, false, none), Action::kRemove);
    EXPECT_EQ(profile_action(0x0008, 0x0018, false, none), Action::kUid);
    EXPECT_EQ(profile_action(0x0008, 0x1140, true, none), Action::kItems);
    EXPECT_EQ(profile_action(0x0008, 0x0080, false, none), Action::kDummy);
    EXPECT_EQ(profile_action(0x0008, 0x0082, true, none), Action::kRemove);
    EXPECT_EQ(profile_action(0x0028, 0x0010, false, none), Action::kUnlisted);
    EXPECT_EQ(profile_action(0x6002, 0x0010, false, none), Action::kRemove);
    EXPECT_EQ(profile_action(0x50F0, 0x3000, false, none), Action::kRemove);
}

TEST(Profile, lets_options_change_what_they_name) {
    DeidentifyOptions options;
    options.retain_modified_dates = options.clean_descriptors = options.retain_patient_characteristics =
        options.retain_device_identity = true;
    EXPECT_EQ(profile_action(0x0008, 0x0020, false, options), Action::kShift);
    EXPECT_EQ(profile_action(0x0008, 0x1030, false, options), Action::kWords);
    EXPECT_EQ(profile_action(0x0010, 0x0040, false, options), Action::kKeep);
    EXPECT_EQ(profile_action(0x0018, 0x1000, false, options), Action::kKeep);
    EXPECT_EQ(profile_action(0x0010, 0x0030, false, options),
              Action::kEmpty);  // the birth date no option keeps
    EXPECT_EQ(profile_action(0x0010, 0x0010, false, options), Action::kEmpty);
}

TEST(Profile, knows_safe_private_elements_by_creator) {
    EXPECT_TRUE(is_safe_private(0x01F1, 0x0026, "ELSCINT1"));
    EXPECT_FALSE(is_safe_private(0x01F1, 0x0026, "SOMEBODY"));
    EXPECT_FALSE(is_safe_private(0x01F1, 0x0099, "ELSCINT1"));
}

}  // namespace
}  // namespace huizhen::imaging
