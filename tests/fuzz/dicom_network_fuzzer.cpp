// libFuzzer's way in: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_dicom_network -max_len=16384 NEW_CORPUS
// tests/fuzz/corpus/dicom_network

#include "dicom_network_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    huizhen::fuzz::serve_dicom_peer({data, size});
    return 0;
}
