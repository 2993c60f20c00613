#define HUIZHEN_KERNEL_NAMESPACE avx2
#define HUIZHEN_KERNEL_ENTRY kernels_avx2
#define HUIZHEN_KERNEL_LANES 8
#include "kernels_body.h"
