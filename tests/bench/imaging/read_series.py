#!/usr/bin/env python3
"""Reading and assembling a CT series: this project against pydicom + numpy doing the same, in one run.

    python3 tests/bench/imaging/read_series.py build/tests/bench_read_series CT_FOLDER

Both read every file, sort by position, apply the rescale and leave an int16 HU volume in memory; this project also
checks geometry, and with hashing takes the SHA-256 of every input. Runs alternate; medians are compared. Program
start and Python's imports are not counted.
"""
import json
import os
import statistics
import subprocess
import sys
import time

RUNS = 7


def with_pydicom(folder):
    import numpy
    import pydicom
    import resource

    start = time.perf_counter()
    slices = [pydicom.dcmread(os.path.join(folder, name)) for name in os.listdir(folder)]
    slices.sort(key=lambda s: float(s.ImagePositionPatient[2]))
    volume = numpy.empty((len(slices), slices[0].Rows, slices[0].Columns), numpy.int16)
    for z, one in enumerate(slices):
        volume[z] = one.pixel_array.astype(numpy.int16) * numpy.int16(one.RescaleSlope) + numpy.int16(one.RescaleIntercept)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak_bytes": peak, "raw_bytes": volume.nbytes}))


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    if sys.argv[1] == "--pydicom":
        return with_pydicom(sys.argv[2])
    program, folder = sys.argv[1:3]
    commands = {
        "pydicom + numpy": [sys.executable, __file__, "--pydicom", folder],
        "huizhen": [program, folder, "--no-hash"],
        "huizhen, inputs hashed": [program, folder],
    }
    results = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            results[name].append(run(command))
    peer = statistics.median(r["seconds"] for r in results["pydicom + numpy"])
    for name, runs in results.items():
        seconds = statistics.median(r["seconds"] for r in runs)
        memory = max(r["peak_bytes"] for r in runs) / runs[0]["raw_bytes"]
        print(f"{name:24} {seconds * 1000:7.0f} ms   {peer / seconds:5.2f}x pydicom's speed   peak memory {memory:.2f}x the raw volume")


if __name__ == "__main__":
    main()
