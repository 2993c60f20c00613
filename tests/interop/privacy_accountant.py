#!/usr/bin/env python3
"""Our RDP accountant against the public dp-accounting package: epsilon must agree to 1 %.

For sampled releases dp-accounting bounds the divergence at fractional orders from above, loosely near 1, or leaves such
an order out; its epsilon is then larger, much so where epsilon is too large to be of use. Compared are therefore
  - epsilon, to 1 %, wherever it is at most 20; beyond, ours must not be above, and how often it is below is told;
  - the divergence at whole orders, to 1e-6;
  - the divergence at fractional orders, to 1e-6, with mpmath's integral at 30 digits.

    python3 tests/interop/privacy_accountant.py BUILD/tests/print_epsilon
    python3 tests/interop/privacy_accountant.py --vectors    # the table of accountant_test.cpp

Needs dp-accounting and mpmath. Exits with 1 on a disagreement.
"""
import functools
import logging
import math
import subprocess
import sys

import dp_accounting
import mpmath
from dp_accounting import rdp

VECTORS = [  # sampling rate, noise multiplier, times, delta
    (1, 1.0, 1, 1e-5), (1, 0.5, 1, 1e-5), (1, 4.0, 12, 1e-5), (1, 2.5, 60, 1e-6), (1, 50.0, 1, 1e-3),
    (0.01, 1.1, 10000, 1e-5), (0.01, 0.7, 1000, 1e-6), (0.004, 1.0, 20000, 1e-5), (0.1, 1.0, 50, 1e-5),
    (0.5, 3.0, 30, 1e-5), (0.25, 0.6, 4, 1e-4), (0.9, 8.0, 100, 1e-8), (0.001, 0.8, 5000, 1e-6),
]
RATES, MULTIPLIERS, TIMES, DELTAS = (0.002, 0.05, 0.3, 1), (0.5, 1, 3, 20), (1, 100, 5000), (1e-4, 1e-7)
GRID = [(q, s, n, d) for q in RATES for s in MULTIPLIERS for n in TIMES for d in DELTAS]


def accountant_of(sampling_rate, noise_multiplier, times):
    event = dp_accounting.GaussianDpEvent(noise_multiplier)
    if sampling_rate < 1:
        event = dp_accounting.PoissonSampledDpEvent(sampling_rate, event)
    accountant = rdp.RdpAccountant()
    accountant.compose(event, times)
    return accountant


@functools.cache
def by_integral(sampling_rate, noise_multiplier, order):
    mpmath.mp.dps = 30
    q, s, a = (mpmath.mpf(x) for x in (sampling_rate, noise_multiplier, order))

    def integrand(z):
        return (mpmath.npdf(z, 0, s) * ((1 - q) + q * mpmath.exp((2 * z - 1) / (2 * s * s))) ** a)

    marks = [-14 * s + (order + 28 * s) * i / 24 for i in range(25)]
    return mpmath.log(mpmath.quad(integrand, marks)) / (a - 1)


def divergence_differences(case, divergences):
    """The largest relative difference at whole orders, from dp-accounting, and at fractional ones, from mpmath."""
    sampling_rate, noise_multiplier, times, _ = case
    accountant = accountant_of(sampling_rate, noise_multiplier, times)
    whole, fractional = 0, 0
    for i, (order, ours, theirs) in enumerate(zip(accountant.orders, divergences, accountant.rdp, strict=True)):
        if order == int(order):
            whole = max(whole, abs(ours - theirs / times) / ours)
        elif sampling_rate < 1 and i % 9 == 0:
            exact = float(by_integral(sampling_rate, noise_multiplier, order))
            fractional = max(fractional, abs(ours - exact) / ours)
    return whole, fractional


def main():
    logging.disable(logging.WARNING)
    if sys.argv[1:] == ["--vectors"]:
        for *case, delta in VECTORS:
            print("    {%g, %g, %d, %g, %.10g}," % (*case, delta, accountant_of(*case).get_epsilon(delta)))
        return 0
    cases = VECTORS + GRID
    lines = "".join("%r %r %d %r\n" % case for case in cases)
    done = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True)
    whole, fractional, epsilon, lower, wrong = 0, 0, 0, 0, 0
    for case, answer in zip(cases, done.stdout.splitlines(), strict=True):
        ours, *divergences = (float(word) for word in answer.split())
        theirs = accountant_of(*case[:3]).get_epsilon(case[3])
        differences = divergence_differences(case, divergences)
        whole, fractional = max(whole, differences[0]), max(fractional, differences[1])
        if theirs <= 20:
            epsilon = max(epsilon, abs(ours - theirs) / max(theirs, 1e-9))
        elif ours < 0.99 * theirs:
            lower += 1
        if ours > 1.01 * theirs:
            wrong += 1
    print(f"{len(cases)} cases: largest relative difference of epsilon up to 20 {epsilon:.1e}; of the divergence at whole "
          f"orders {whole:.1e}, at fractional orders (mpmath) {fractional:.1e}")
    print(f"epsilon above 20: below dp-accounting's by more than 1 % {lower} times; above it anywhere: {wrong}")
    return 0 if epsilon < 0.01 and whole < 1e-6 and fractional < 1e-6 and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
