#include <huizhen/backend_reference/backend.h>

// A plugin that is the reference backend under another roof.
extern "C" __attribute__((visibility("default"))) const HzBackend* huizhen_backend() {
    static const HzBackend table = [] {
        HzBackend copy = *huizhen::engine::reference_backend();
        copy.name = "plugged";
        return copy;
    }();
    return &table;
}
