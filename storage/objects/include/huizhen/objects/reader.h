#pragma once

// One object on its way out: memory stays flat, every chunk is authentic, and the end says whether it was all
// of the object of that name.

#include <memory>

#include <huizhen/base/result.h>
#include <huizhen/objects/object_name.h>
#include <huizhen/vault/bytes.h>

namespace huizhen::objects {

// One thread at a time. Lives no longer than its store.
class Reader {
  public:
    ~Reader();
    Reader(Reader&&) noexcept;

    // Valid until the next call; empty when the whole object was read and is the one of its name. Act on
    // nothing before that. kIntegrity, "object-damaged"; kPermissionDenied, "unknown-key".
    Result<vault::BytesView> next();

  private:
    friend class Store;
    struct State;
    explicit Reader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::objects
