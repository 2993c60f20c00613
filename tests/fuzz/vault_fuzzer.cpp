// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_vault -max_len=65536 NEW_CORPUS
// tests/fuzz/corpus/vault

#include "vault_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_vault(std::span(data, size));
    return 0;
}
