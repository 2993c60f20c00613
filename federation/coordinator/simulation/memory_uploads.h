#pragma once

// Masked words in memory.

#include <map>
#include <memory>
#include <vector>

#include <huizhen/rounds/upload_source.h>

namespace huizhen::coordinator::simulation {

using Words = std::shared_ptr<const std::vector<std::uint32_t>>;

class MemoryUploads final : public rounds::UploadSource {
  public:
    Status with_words(const rounds::ObjectRef& object,
                      const std::function<Status(std::span<const std::uint32_t>)>& use) const override {
        const auto found = objects_.find(object);
        if (found == objects_.end()) return fail(ErrorCode::kNotFound, "not-here: the update has not come");
        return use(*found->second);
    }
    void put(const rounds::ObjectRef& object, Words words) { objects_[object] = std::move(words); }
    void clear() { objects_.clear(); }

  private:
    std::map<rounds::ObjectRef, Words> objects_;
};

}  // namespace huizhen::coordinator::simulation
