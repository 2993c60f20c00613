// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_secure_aggregation -max_len=8192
// NEW_CORPUS tests/fuzz/corpus/secure_aggregation

#include "secure_aggregation_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_secure_aggregation({data, size});
    return 0;
}
