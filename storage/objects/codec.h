#pragma once

// zstd as a stream; the only place that includes it.

#include <functional>
#include <memory>

#include <huizhen/base/result.h>
#include <huizhen/vault/bytes.h>

namespace huizhen::objects {

using vault::Bytes;
using vault::BytesView;

class Compressor {
  public:
    Compressor();
    ~Compressor();
    // Hands what is ready to `out`; `end` closes the frame.
    Status feed(BytesView plain, bool end, const std::function<Status(BytesView)>& out);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class Decompressor {
  public:
    Decompressor();
    ~Decompressor();
    void feed(BytesView packed) { packed_ = packed; }  // borrowed until the next feed()
    // What comes next of what was fed; empty: feed more. kIntegrity: not one zstd frame.
    Result<BytesView> next();
    bool frame_ended() const { return ended_; }

  private:
    struct State;
    std::unique_ptr<State> state_;
    BytesView packed_;
    bool ended_ = false;
};

}  // namespace huizhen::objects
