// For tests/interop/privacy_accountant.py. Each line "sampling_rate noise_multiplier times delta" of standard
// input is answered by one: epsilon, then the Renyi divergence of one release at each order of rdp_orders().

#include <cstdio>

#include <huizhen/privacy/accountant.h>

int main() {
    using namespace huizhen::privacy;
    double sampling_rate = 0, noise_multiplier = 0, delta = 0;
    unsigned long long times = 0;
    while (std::scanf("%lf %lf %llu %lf", &sampling_rate, &noise_multiplier, &times, &delta) == 4) {
        RdpAccountant accountant;
        const auto status = accountant.compose({noise_multiplier, sampling_rate, times});
        if (!status) {
            std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
            return 1;
        }
        std::printf("%.12g", accountant.epsilon(delta));
        for (const double order : rdp_orders()) {
            std::printf(" %.12g", rdp_of_gaussian(noise_multiplier, sampling_rate, order));
        }
        std::printf("\n");
    }
    return 0;
}
