#include "service/uploads.h"

#include <numeric>

#include <gtest/gtest.h>

#include <huizhen/test_support/data.h>

namespace huizhen::coordinator {
namespace {

class UploadsTest : public ::testing::Test {
  protected:
    UploadsTest() : objects_(*rpc::FileObjects::open_folder(folder_.path())), uploads_(*objects_) {
        std::iota(words_.begin(), words_.end(), 1U);
    }

    rounds::ObjectRef put() {
        const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(words_.data()),
                                                  words_.size() * sizeof(std::uint32_t));
        return {*objects_->add(bytes), bytes.size()};
    }

    testing::TemporaryFolder folder_;
    std::unique_ptr<rpc::FileObjects> objects_;
    Uploads uploads_;
    std::vector<std::uint32_t> words_ = std::vector<std::uint32_t>(50'003);
};

TEST_F(UploadsTest, words_are_those_of_the_file_let_go_or_not) {
    const rounds::ObjectRef object = put();
    const Status status = uploads_.with_words(object, [&](std::span<const std::uint32_t> words) {
        EXPECT_TRUE(std::ranges::equal(words, words_));
        for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{1024}, words.size() - 3})
            uploads_.let_go(words.subspan(first));
        uploads_.let_go({});
        EXPECT_TRUE(std::ranges::equal(words, words_));
        return Status();
    });
    EXPECT_TRUE(status);
}

TEST_F(UploadsTest, refuses_an_object_that_is_not_here_or_has_another_length) {
    const auto use = [](std::span<const std::uint32_t>) { return Status(); };
    rounds::ObjectRef object = put();
    object.bytes -= 4;
    EXPECT_EQ(uploads_.with_words(object, use).error().code(), ErrorCode::kMalformedInput);
    object.digest[0] ^= 1;
    EXPECT_EQ(uploads_.with_words(object, use).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace huizhen::coordinator
