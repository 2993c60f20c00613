#include <gtest/gtest.h>

#include <huizhen/mllp/framer.h>

namespace huizhen::mllp {
namespace {

std::vector<std::string> frames(std::string_view stream, std::size_t piece) {
    Framer framer;
    std::vector<std::string> all;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        if (const auto pushed = framer.push(stream.substr(at, piece)); !pushed) {
            all.push_back("! " + pushed.error().message().substr(0, pushed.error().message().find(':')));
            return all;
        }
        while (auto message = framer.next()) all.push_back(std::move(*message));
    }
    if (framer.within_frame()) all.push_back("...");
    return all;
}

TEST(Framer, finds_messages_however_the_stream_is_cut) {
    const std::string stream = framed("one") + framed("two\rlines\r") + framed("") + "\x0Bthr";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        EXPECT_EQ(frames(stream, piece), (std::vector<std::string>{"one", "two\rlines\r", "", "..."}))
            << piece;
    }
}

TEST(Framer, takes_what_senders_do_between_frames) {
    EXPECT_EQ(frames("\r\n \x0Bone\x1C\x0Btwo\x1C\n\n\x0Bthree\x1C\r", 100),
              (std::vector<std::string>{"one", "two", "three"}));
}

TEST(Framer, refuses_what_is_no_mllp) {
    EXPECT_EQ(frames("GET / HTTP/1.1\r\n", 100), std::vector<std::string>{"! outside-frame"});
    EXPECT_EQ(frames("MSH|^~\\&|", 100), std::vector<std::string>{"! outside-frame"});
    EXPECT_EQ(frames(framed("one") + "two", 100), (std::vector<std::string>{"! outside-frame"}));
    EXPECT_EQ(frames(framed("one") + "two", 1), (std::vector<std::string>{"one", "! outside-frame"}));
    EXPECT_EQ(frames("\x0Bone\x0Btwo\x1C\r", 100), std::vector<std::string>{"! frame-cut"});
}

TEST(Framer, keeps_what_was_whole_before_a_mistake) {
    Framer framer;
    EXPECT_FALSE(framer.push(framed("one") + "two"));
    EXPECT_EQ(framer.next(), "one");
}

TEST(Framer, is_bounded) {
    Framer framer(10);
    EXPECT_TRUE(
        framer.push("\x0B"
                    "0123456789\x1C\r"));
    EXPECT_EQ(framer.next()->size(), 10u);
    EXPECT_TRUE(
        framer.push("\x0B"
                    "01234"));
    EXPECT_FALSE(framer.push("567890"));
    Framer whole(10);
    EXPECT_FALSE(
        whole.push("\x0B"
                   "01234567890\x1C\r"));
}

}  // namespace
}  // namespace huizhen::mllp
