#include <huizhen/dicom/character_set.h>
#include <huizhen/dicom/image.h>
#include <huizhen/test_support/data.h>

namespace huizhen::imaging {
namespace {

std::string name_in(const std::filesystem::path& file) {
    const auto info = read_series_info(file);
    return info ? info->patient_name.reveal_phi("a published example's name") : info.error().to_string();
}

TEST(TextDecoder, lets_no_control_character_through) {
    EXPECT_EQ(TextDecoder("").decode("a\x07"
                                     "b\x7f\r\n"),
              "a\uFFFDb\uFFFD\r\n");
    EXPECT_EQ(TextDecoder("ISO_IR 192")
                  .decode("a\xc2\x9b"
                          "31m\x1b[0m"),
              "a\uFFFD31m\uFFFD[0m");
    EXPECT_EQ(TextDecoder("ISO_IR 100")
                  .decode("\x9b"
                          "31m\xe9"),
              "\uFFFD31mé");
}

// PS3.5 Annexes H, I, J and the examples of the standard's supplements.
TEST(TextDecoder, decodes_the_standards_examples) {
    EXPECT_EQ(TextDecoder("ISO_IR 100").decode("Buc^J\xe9r\xf4me"), "Buc^Jérôme");
    EXPECT_EQ(TextDecoder("ISO_IR 144").decode("\xbb\xee\xda\x63\x65\xdc\xd1\x79\x70\xd3"), "Люкceмбypг");
    EXPECT_EQ(TextDecoder("ISO_IR 192").decode("Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1="),
              "Wang^XiaoDong=王^小東=");
    EXPECT_EQ(TextDecoder("GB18030").decode("Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab="),
              "Wang^XiaoDong=王^小东=");
    EXPECT_EQ(TextDecoder("GBK").decode("\xcd\xf5^\xd0\xa1\xb6\xab"), "王^小东");
    EXPECT_EQ(
        TextDecoder("\\ISO 2022 IR 87")
            .decode("Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"),
        "Yamada^Tarou=山田^太郎=やまだ^たろう");
    EXPECT_EQ(TextDecoder("ISO 2022 IR 13\\ISO 2022 IR 87")
                  .decode("\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"),
              "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
    EXPECT_EQ(TextDecoder("\\ISO 2022 IR 149")
                  .decode("Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)"
                          "C\xb1\xe6\xb5\xbf"),
              "Hong^Gildong=洪^吉洞=홍^길동");
    EXPECT_EQ(
        TextDecoder("\\ISO 2022 IR 58").decode("Wang^XiaoDong=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xb6\xab="),
        "Wang^XiaoDong=王^小东=");
}

TEST(TextDecoder, shows_a_hole_where_bytes_mean_nothing) {
    EXPECT_EQ(TextDecoder("").decode("M\xfcller"), "M\uFFFDller");
    EXPECT_EQ(TextDecoder("ISO_IR 192").decode("M\xfcller"), "M\uFFFDller");
    EXPECT_EQ(TextDecoder("ISO_IR 999").decode("M\xfcller"), "M\uFFFDller");
    EXPECT_EQ(TextDecoder("\\ISO 2022 IR 87").decode("A\x1bZ"), "A\uFFFDZ");
}

TEST(TextDecoder, forgets_a_designation_at_the_delimiter) {
    EXPECT_EQ(TextDecoder("\\ISO 2022 IR 149").decode("\x1b$)C\xc8\xab^\xb1\xe6"), "홍^\uFFFD\uFFFD");
}

TEST(TextDecoder, decodes_the_names_of_the_published_files) {
    const auto root = HZ_NEED_DATA(huizhen::testing::unpacked("dicom-conformance/dicom-conformance.tar.xz"));
    EXPECT_EQ(name_in(root / "charsets/chrX1.dcm"), "Wang^XiaoDong=王^小東=");
    EXPECT_EQ(name_in(root / "charsets/chrX2.dcm"), "Wang^XiaoDong=王^小东=");
    EXPECT_EQ(name_in(root / "charsets/chrH31.dcm"), "Yamada^Tarou=山田^太郎=やまだ^たろう");
    EXPECT_EQ(name_in(root / "charsets/chrI2.dcm"), "Hong^Gildong=洪^吉洞=홍^길동");
    EXPECT_EQ(name_in(root / "charsets/chrKoreanMulti.dcm"), "김희중");
    const auto pydicom = root / "pydicom/src/pydicom/data/charset_files";
    EXPECT_EQ(name_in(pydicom / "chrH32.dcm"), "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
    EXPECT_EQ(name_in(pydicom / "chrGerm.dcm"), "Äneas^Rüdiger");
    EXPECT_EQ(name_in(pydicom / "chrHbrw.dcm"), "שרון^דבורה");
    EXPECT_EQ(name_in(pydicom / "chrArab.dcm"), "قباني^لنزار");
    const auto fodicom = root / "fodicom/Tests/FO-DICOM.Tests/Test Data/charset";
    EXPECT_EQ(name_in(fodicom / "chrRuss.dcm"), "Люкceмбypг");
    EXPECT_EQ(name_in(fodicom / "chrGreek.dcm"), "Διονυσιος");
}

}  // namespace
}  // namespace huizhen::imaging
