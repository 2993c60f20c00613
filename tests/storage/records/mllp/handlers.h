#pragma once

#include <condition_variable>
#include <mutex>

#include <huizhen/mllp/server.h>

namespace huizhen::mllp {

// Keeps what comes until the test answers it.
class Kept final : public MessageHandler {
  public:
    struct Message {
        Peer peer;
        std::string text;
        std::optional<Answer> answer;
    };
    void on_message(const Peer& peer, std::string message, Answer answer) override {
        const std::lock_guard lock(mutex_);
        messages_.push_back({peer, std::move(message), std::move(answer)});
        changed_.notify_all();
    }
    void on_refused(const std::string&, const Error& why) override {
        const std::lock_guard lock(mutex_);
        refused_.push_back(why.message().substr(0, why.message().find(':')));
        changed_.notify_all();
    }
    // Waits for that many in all; fewer after twenty seconds.
    std::size_t wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return messages_.size() >= count; });
        return messages_.size();
    }
    std::string wait_for_refusal() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !refused_.empty(); });
        return refused_.empty() ? "nothing" : refused_.front();
    }
    Message& at(std::size_t index) {
        const std::lock_guard lock(mutex_);
        return messages_.at(index);
    }
    std::size_t count() {
        const std::lock_guard lock(mutex_);
        return messages_.size();
    }

  private:
    std::mutex mutex_;  // of all below; a deque's elements stay where they are
    std::condition_variable changed_;
    std::deque<Message> messages_;
    std::vector<std::string> refused_;
};

// Answers at once with what came.
class Echo final : public MessageHandler {
  public:
    void on_message(const Peer&, std::string message, Answer answer) override {
        answer.send("re " + message);
    }
    void on_refused(const std::string&, const Error&) override {}
};

}  // namespace huizhen::mllp
