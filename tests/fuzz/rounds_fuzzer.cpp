// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_rounds -max_len=8192 NEW_CORPUS
// tests/fuzz/corpus/rounds

#include "rounds_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_rounds({data, size});
    return 0;
}
