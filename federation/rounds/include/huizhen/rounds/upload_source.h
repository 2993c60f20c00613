#pragma once

// The masked words that sites have uploaded, wherever they are kept.

#include <functional>
#include <span>

#include <huizhen/base/result.h>
#include <huizhen/rounds/names.h>

namespace huizhen::rounds {

class UploadSource {
  public:
    virtual ~UploadSource() = default;
    // Calls `use` with the words of an object whose bytes are known to have this digest (an object store
    // looks when it takes them in), 4-byte aligned and readable during the call: a mapped file. kNotFound:
    // not here, or not all of it. The objects of a round stay until it is finished: a replay reads them
    // again.
    virtual Status with_words(const ObjectRef& object,
                              const std::function<Status(std::span<const std::uint32_t>)>& use) const = 0;
    // Called from within `use`: this part of its words will not be read again, so that a mapped file need not
    // be in memory as a whole.
    virtual void let_go(std::span<const std::uint32_t> /*part*/) const {}
};

}  // namespace huizhen::rounds
