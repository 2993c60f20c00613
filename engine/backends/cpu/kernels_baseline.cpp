#define HUIZHEN_KERNEL_NAMESPACE baseline
#define HUIZHEN_KERNEL_ENTRY kernels_baseline
#define HUIZHEN_KERNEL_LANES 4
#include "kernels_body.h"
