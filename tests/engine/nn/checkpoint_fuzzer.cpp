// libFuzzer's way into the checkpoint reader: clang, -DHUIZHEN_FUZZ=ON. Run: build/tests/fuzz_checkpoint
// -max_len=4096. What it finds becomes a case of checkpoint_test.cpp.

#include <cstdio>
#include <filesystem>
#include <string>

#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/nn/checkpoint.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("checkpoint-fuzz-" + std::to_string(::getpid()));
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return 0;
    std::fwrite(data, 1, size, file);
    std::fclose(file);
    const auto opened = huizhen::engine::Checkpoint::open(path);
    if (!opened) return 0;
    for (const std::string& name : opened->names()) static_cast<void>(opened->read(name));
    return 0;
}
