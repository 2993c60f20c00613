// A shared object that is no backend.
extern "C" __attribute__((visibility("default"))) int huizhen_something_else() { return 0; }
