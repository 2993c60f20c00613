#pragma once

// One object on its way in: memory stays flat whatever its size.

#include <memory>

#include <huizhen/base/result.h>
#include <huizhen/objects/object_name.h>
#include <huizhen/vault/bytes.h>

namespace huizhen::objects {

enum class Compression {
    kNone,  // what is compressed already: JPEG 2000, PNG
    kZstd,  // texts, uncompressed pixels. The sealed size then tells how well it compressed
};

// One thread at a time. Lives no longer than its store.
class Writer {
  public:
    ~Writer();  // what was not committed never was
    Writer(Writer&&) noexcept;

    Status write(vault::BytesView bytes);

    // Seals the end, flushes the file, gives it its name and flushes the folder: when it returns, neither a
    // crash nor a power cut takes the object away. An object that is there already is harmless. Once.
    Result<ObjectName> commit();

  private:
    friend class Store;
    struct State;
    explicit Writer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::objects
