#!/usr/bin/env python3
"""The lung stages beside scipy.ndimage on the same 1 mm volume, in one run.

    python3 tests/bench/lung/bench_lung.py build/tests/bench_lung CT_FOLDER|--phantom

Primitives (Gaussian of sigma 2, exact distance transform, connected components) are compared one to one. The stages
have no peer that does the same: they are given as multiples of one copy of the volume through memory, and beside a
plain scipy pipeline (threshold, label, binary closing of radius 10 by distance transforms; three Laplacians of
Gaussian) that does part of their work.
"""
import json
import subprocess
import sys
import tempfile
import time

import numpy
from scipy import ndimage


def best(work, runs=3):
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def scipy_lungs(hu):
    air = hu[::2, ::2, ::2] < -400
    labels, count = ndimage.label(air)
    sizes = numpy.bincount(labels.ravel())
    lung = numpy.isin(labels, numpy.argsort(sizes[1:])[-2:] + 1)
    grown = ndimage.distance_transform_edt(~lung) <= 5
    return ndimage.distance_transform_edt(grown) > 5


def main():
    program, folder = sys.argv[1:3]
    with tempfile.NamedTemporaryFile(suffix=".i16") as file:
        ours = json.loads(subprocess.run([program, folder, file.name], check=True, capture_output=True, text=True).stdout)
        nx, ny, nz = ours["size"]
        volume = numpy.fromfile(file.name, numpy.int16).reshape(nz, ny, nx)
    hu = volume.astype(numpy.float32)
    air = volume < -400
    peers = {
        "gaussian": best(lambda: ndimage.gaussian_filter(hu, 2.0, mode="nearest", truncate=3.5)),
        "distance": best(lambda: ndimage.distance_transform_edt(air)),
        "label": best(lambda: ndimage.label(air)),
        "segment_lungs": best(lambda: scipy_lungs(volume)),
        "find_candidates": best(lambda: [ndimage.gaussian_laplace(hu, s, mode="nearest") for s in (1, 2, 4)]),
    }
    print(f"{nx} x {ny} x {nz} voxels, {ours['threads']} threads, peak {ours['peak_bytes'] / 1e9:.2f} GB")
    for name, seconds in peers.items():
        print(f"{name:16} {ours[name] * 1000:7.0f} ms   {seconds / ours[name]:5.1f}x scipy.ndimage   "
              f"{ours[name] / ours['copy']:6.0f}x one copy of the volume")


if __name__ == "__main__":
    main()
