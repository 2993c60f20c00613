#include <huizhen/base/file.h>
#include <huizhen/dicom/identity.h>

#include "phantom.h"

namespace huizhen::imaging {
namespace {

using huizhen::testing::TemporaryFolder;

std::vector<std::byte> first_file(const TemporaryFolder& folder, const char* transfer_syntax) {
    phantom::write(folder.path(), phantom::volume());
    phantom::transcode(folder.path(), transfer_syntax);
    return read_file(phantom::files(folder.path()).front(), 1 << 20).value();
}

TEST(Identity, is_read_in_every_form_of_a_data_set) {
    std::string instance;
    for (const char* syntax : {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
                               "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.70"}) {
        const TemporaryFolder folder;
        const auto bytes = first_file(folder, syntax);
        const auto identity = read_identity(bytes);
        ASSERT_TRUE(identity) << syntax << ": " << identity.error().to_string();
        EXPECT_EQ(identity->sop_class_uid, "1.2.840.10008.5.1.4.1.1.2");
        EXPECT_EQ(identity->transfer_syntax_uid, syntax);
        EXPECT_TRUE(identity->study_uid.starts_with("2.25."));
        EXPECT_TRUE(identity->series_uid.starts_with("2.25."));
        if (instance.empty()) instance = identity->sop_instance_uid;
        EXPECT_EQ(identity->sop_instance_uid, instance) << syntax;
        EXPECT_GT(identity->data_set_begin, 132u);
        EXPECT_LT(identity->data_set_begin, bytes.size());
    }
}

TEST(Identity, of_a_header_cut_short_is_refused) {
    const TemporaryFolder folder;
    const auto bytes = first_file(folder, "1.2.840.10008.1.2.1");
    const auto begin = read_identity(bytes)->data_set_begin;
    EXPECT_FALSE(read_identity(std::span(bytes).first(begin + 21)));
    EXPECT_FALSE(read_identity({}));
}

}  // namespace
}  // namespace huizhen::imaging
