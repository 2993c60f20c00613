#include <huizhen/backend_reference/backend.h>

extern "C" __attribute__((visibility("default"))) const HzBackend* huizhen_backend() {
    static const HzBackend table = [] {
        HzBackend copy = *huizhen::engine::reference_backend();
        copy.abi_version = HZ_BACKEND_ABI_VERSION + 1;
        return copy;
    }();
    return &table;
}
