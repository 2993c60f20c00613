// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_rpc -max_len=8192 NEW_CORPUS
// tests/fuzz/corpus/rpc

#include "rpc_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_rpc({data, size});
    return 0;
}
