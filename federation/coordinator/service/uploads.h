#pragma once

// Masked updates as rounds read them: files of the object store, mapped while they are added.

#include <huizhen/rounds/upload_source.h>
#include <huizhen/rpc/file_objects.h>

namespace huizhen::coordinator {

class Uploads final : public rounds::UploadSource {
  public:
    explicit Uploads(rpc::FileObjects& objects) : objects_(objects) {}
    Status with_words(const rounds::ObjectRef& object,
                      const std::function<Status(std::span<const std::uint32_t>)>& use) const override;
    void let_go(std::span<const std::uint32_t> part) const override;

  private:
    rpc::FileObjects& objects_;
};

}  // namespace huizhen::coordinator
