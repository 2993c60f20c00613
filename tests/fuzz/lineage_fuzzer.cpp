// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_lineage -max_len=8192 NEW_CORPUS
// tests/fuzz/corpus/lineage

#include "lineage_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_lineage({data, size});
    return 0;
}
