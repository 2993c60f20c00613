#define HUIZHEN_KERNEL_NAMESPACE avx512
#define HUIZHEN_KERNEL_ENTRY kernels_avx512
#define HUIZHEN_KERNEL_LANES 16
#include "kernels_body.h"
