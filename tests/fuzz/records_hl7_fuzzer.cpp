// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_records_hl7 -max_len=65536 NEW_CORPUS
// tests/fuzz/corpus/records_hl7

#include "records_hl7_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::read_records_hl7(std::span(data, size));
    return 0;
}
