// De-identifies every file of a folder, for tests/interop/deidentify.py: deidentify_files IN OUT [all]
// "all": with every option. Prints what was refused.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include <huizhen/deidentify/deidentify.h>

int main(int argc, char** argv) {
    namespace fs = std::filesystem;
    using namespace huizhen::imaging;
    if (argc < 3) return 2;
    DeidentifyOptions options;
    if (argc > 3) {
        options.retain_modified_dates = options.clean_descriptors = options.retain_patient_characteristics =
            options.retain_safe_private = options.retain_device_identity = options.clean_pixel_data = true;
    }
    const DeidentifyKey key(std::array<std::uint8_t, 32>{1});
    for (const auto& entry : fs::recursive_directory_iterator(argv[1])) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        const auto result = deidentify(std::as_bytes(std::span(text)), key, options);
        const fs::path relative = fs::relative(entry.path(), argv[1]);
        if (!result) {
            std::cout << relative.string() << ": " << result.error().to_string() << "\n";
            continue;
        }
        fs::create_directories((argv[2] / relative).parent_path());
        std::ofstream(argv[2] / relative, std::ios::binary)
            .write(reinterpret_cast<const char*>(result->bytes.data()),
                   static_cast<std::streamsize>(result->bytes.size()));
    }
}
