#include <huizhen/cases/dead_letters.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

class DeadLettersTest : public CasesTest {
  protected:
    DeadLetterKey keep(const std::string& bytes) {
        return change([&](const auto& t) {
                   return keep_dead_letter(*book, t, "hl7:LAB", "no-patient-id: PID 3", vault::view_of(bytes),
                                           kBy);
               })
            .value();
    }
    std::vector<DeadLetter> in(LetterState state) { return dead_letters(*book, state, {}, 100).value(); }
};

TEST_F(DeadLettersTest, a_refused_message_is_kept_as_it_came) {
    const std::string bytes("MSH|^~\\&|\r\0\xff", 12);
    const DeadLetterKey key = keep(bytes);
    const auto letters = in(LetterState::kOpen);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].source, "hl7:LAB");
    EXPECT_EQ(letters[0].reason, "no-patient-id: PID 3");
    EXPECT_EQ(letters[0].bytes, 12);
    const Bytes read = read_dead_letter(*book, key).value();
    EXPECT_EQ(std::string(read.begin(), read.end()), bytes);
    EXPECT_EQ(audited("keep-dead-letter"), 1);
}

TEST_F(DeadLettersTest, a_replayed_one_is_closed_with_what_it_said) {
    const DeadLetterKey key = keep("x");
    {
        auto transaction = db->begin().value();
        ASSERT_TRUE(apply(*book, transaction, sample::update("1", sample::patient("1")), kBy));
        ASSERT_TRUE(mark_replayed(*book, transaction, key, kBy));
    }
    EXPECT_EQ(in(LetterState::kOpen).size(), 1u) << "rolled back";
    ASSERT_TRUE(change([&](const auto& t) { return mark_replayed(*book, t, key, kBy); }));
    EXPECT_EQ(in(LetterState::kReplayed).size(), 1u);
    EXPECT_TRUE(change([&](const auto& t) { return mark_replayed(*book, t, key, kBy); })
                    .error()
                    .message()
                    .starts_with("letter-closed: "));
}

TEST_F(DeadLettersTest, a_replay_that_fails_is_counted_and_a_person_may_throw_it_away) {
    const DeadLetterKey key = keep("x");
    ASSERT_TRUE(
        change([&](const auto& t) { return note_failed_replay(*book, t, key, "bad-time: OBX 14", kBy); }));
    EXPECT_EQ(in(LetterState::kOpen).at(0).attempts, 1);
    EXPECT_EQ(in(LetterState::kOpen).at(0).reason, "bad-time: OBX 14");
    ASSERT_TRUE(change([&](const auto& t) { return discard_dead_letter(*book, t, key, kBy); }));
    EXPECT_TRUE(in(LetterState::kOpen).empty());
    EXPECT_EQ(in(LetterState::kDiscarded).size(), 1u);
    EXPECT_EQ(change([&](const auto& t) { return discard_dead_letter(*book, t, DeadLetterKey{99}, kBy); })
                  .error()
                  .code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(read_dead_letter(*book, DeadLetterKey{99}).error().code(), ErrorCode::kNotFound);
}

TEST_F(DeadLettersTest, one_over_the_limit_is_refused) {
    const Bytes big(kMaxLetterBytes + 1);
    EXPECT_TRUE(change([&](const auto& t) { return keep_dead_letter(*book, t, "s", "r", big, kBy); })
                    .error()
                    .message()
                    .starts_with("letter-too-big: "));
}

}  // namespace
}  // namespace huizhen::cases
