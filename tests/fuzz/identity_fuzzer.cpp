// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_identity -max_len=4096 NEW_CORPUS
// tests/fuzz/corpus/identity

#include "identity_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_identity_input(std::span(data, size));
    return 0;
}
