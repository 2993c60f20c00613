#include "answers.h"

#include <unistd.h>

namespace huizhen::mllp {

void Answers::give(Given given) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = given_.empty();
        given_.push_back(std::move(given));
    }
    if (!first) return;  // the thread wakes already
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

std::vector<Answers::Given> Answers::take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(wake_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return std::exchange(given_, {});
}

Answer::Answer(std::shared_ptr<Answers> answers, std::uint64_t connection, std::uint64_t message)
    : answers_(std::move(answers)), connection_(connection), message_(message) {}

Answer::~Answer() { give(std::nullopt, true); }

Answer& Answer::operator=(Answer&& other) noexcept {
    if (this == &other) return *this;
    give(std::nullopt, true);
    answers_ = std::move(other.answers_);
    connection_ = other.connection_;
    message_ = other.message_;
    return *this;
}

void Answer::send(std::string message) { give(std::move(message), false); }
void Answer::none() { give(std::nullopt, false); }

void Answer::give(std::optional<std::string> message, bool close) {
    if (const auto answers = std::exchange(answers_, nullptr))
        answers->give({connection_, message_, std::move(message), close});
}

}  // namespace huizhen::mllp
