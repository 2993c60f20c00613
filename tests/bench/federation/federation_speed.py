#!/usr/bin/env python3
"""How fast a federation's rounds are and what memory they take, real processes on loopback over mutual TLS.

    python3 tests/bench/federation/federation_speed.py --programs build/bin
    python3 tests/bench/federation/federation_speed.py --programs build/bin --peer python-with-flwr \\
        --secagg build/tests/bench_secure_aggregation

One coordinator and every site is a process of its own with its own keys and certificate; nothing is switched off:
secure aggregation, the journals' commits, the audit, and objects that are synced to the disk. The model is that of the
made-up task synthetic-linear/1, so that training costs little: one step, which with 17 parameters takes well under a
millisecond and with 25 million touches each of them a few times.

  empty                10 sites, 17 parameters, nothing but the last round is evaluated: what a round costs by itself
  empty_with_evaluate  the same, every model measured at every site before and after
  hundred_mb           4 sites, 25 million parameters (100 MB)
  many                 32 sites, 50 MB or what --many-mb says: the coordinator's memory, which is one sum of models and
                       about 1.3 MB a site that brings its update; a site needs about 3.3 models, all of them here
  base_4, base_32      17 parameters: what the coordinator's memory is without a model

The first round of a plan is not counted. Seconds are those of `plan show` (the proposal to the last site's agreement
and the model on the disk); `period` is from one round's opening to the next one's. MB is 10^6 bytes. A process's peak
is the kernel's VmHWM, which counts the pages of mapped files (uploads are added from the disk); anonymous memory is
sampled. `model` is the coordinator's peak less its base, in models.

With --peer, stock Flower is measured by flower/peer_flower.py in the same run, right after. All sites share this
machine's cores: `load` is its load average before, CPU seconds depend less on it.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from measured_federation import Failed, MeasuredFederation, Programs

HERE = pathlib.Path(__file__).resolve().parent
TINY, LARGE = 17, 25_000_000


def say(text):
    print(text, file=sys.stderr, flush=True)


def plan_of(name, parameters, rounds, sites, evaluate_every):
    return {"id": name.replace("_", "-"), "task": f"synthetic-linear/1:{parameters}", "rounds": rounds,
            "minimum_sites": sites, "grace_seconds": 60, "silence_seconds": 600, "evaluate_every": evaluate_every,
            "training": {"epochs": 1, "learning_rate": 0.1, "batch_size": 1000}, "encoding": {"clip": 4}}


def sync_ms(folder):
    """Median time to write 4 KiB to a file and have it on the disk."""
    path, times = pathlib.Path(folder) / "sync-probe", []
    with open(path, "wb", buffering=0) as file:
        for _ in range(20):
            began = time.monotonic()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - began) * 1000)
    path.unlink()
    return statistics.median(times)


class Run:
    def __init__(self, options):
        self.options, self.found, self.failed = options, {}, False

    @contextlib.contextmanager
    def federation(self, sites):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="hz-speed-", dir=self.options.work))
        programs = Programs(self.options.programs / "huizhen-coordinator", self.options.programs / "huizhen-node")
        try:
            with MeasuredFederation(folder, programs) as federation:
                yield federation.bring_up(sites)
        finally:
            if not self.options.keep:
                shutil.rmtree(folder, ignore_errors=True)

    def measure(self, federation, name, parameters, rounds, evaluate_every=1000):
        plan = plan_of(name, parameters, rounds, len(federation.nodes), evaluate_every)
        load, probe = os.getloadavg()[0], sync_ms(federation.folder)
        result = federation.train(plan)
        result |= {"sites": len(federation.nodes), "model_mb": parameters * 4 / 1e6, "load_before": load,
                   "sync_ms": probe, "min_s": min(result["seconds"]),
                   "median_s": statistics.median(result["seconds"])}
        say(f"{name}: median {result['median_s']:.3f} s, min {result['min_s']:.3f} s, load {load:.1f}")
        self.found[name] = result

    def guarded(self, step):
        try:
            step()
        except (Failed, OSError, subprocess.TimeoutExpired, KeyError) as failure:
            say(f"FAILED: {failure!r}" if isinstance(failure, KeyError) else f"FAILED: {failure}")
            self.failed = True

    def empty(self):
        with self.federation(10) as federation:
            self.measure(federation, "empty", TINY, self.options.rounds)
            self.measure(federation, "empty_with_evaluate", TINY, self.options.rounds, 1)

    def hundred_mb(self):
        with self.federation(4) as federation:
            self.measure(federation, "base_4", TINY, 4)
            self.measure(federation, "hundred_mb", LARGE, self.options.large_rounds)

    def many(self):
        with self.federation(32) as federation:
            self.measure(federation, "base_32", TINY, 4)
            self.measure(federation, "many", round(self.options.many_mb * 250_000), 3)

    def peer(self):
        command = [self.options.peer, HERE / "flower" / "peer_flower.py", "--only", "empty,empty_two,hundred_mb",
                   "--repeats", "1", "--rounds", self.options.peer_rounds]
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              text=True, timeout=3600)
        if done.returncode not in (0, 1) or not done.stdout.strip():
            raise Failed(f"peer_flower.py ended with {done.returncode}")
        self.found["flower"] = json.loads(done.stdout)
        self.failed = self.failed or done.returncode != 0

    def secagg(self):
        done = subprocess.run([str(self.options.secagg)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=1800)
        if done.returncode != 0:
            raise Failed(f"{self.options.secagg.name} ended with {done.returncode}\n{done.stderr}")
        self.found["secure_aggregation"] = done.stdout.strip().splitlines()

    def models_of_memory(self, name, base):
        one, tiny = self.found[name], self.found[base]
        return (one["coordinator_peak_mb"] - tiny["coordinator_peak_mb"]) / one["model_mb"]


def table(run):
    found = run.found
    lines = []

    def row(what, ours, theirs="", target=""):
        lines.append(f"{what:<58} {ours:>22} {theirs:>16} {target:>12}")

    row("", "huizhen", "stock flower", "target")
    flower = found.get("flower", {}).get("measurements", {})

    def seconds(one):
        return f"{one['median_s']:.3f} (min {one['min_s']:.3f})" if one and "median_s" in one else ""

    def peer(name):
        one = flower.get(name, {})
        return f"{one['median_s']:.2f}" if "median_s" in one else ("failed" if one else "")

    for name, target, theirs in (("empty", "< 0.2", "empty"), ("empty_with_evaluate", "", ""),
                                 ("hundred_mb", "< 6", "hundred_mb"), ("many", "", "")):
        one = found.get(name)
        if not one:
            continue
        size = f"{one['model_mb']:g} MB" if one["model_mb"] >= 1 else f"{TINY} numbers"
        row(f"{name}, {one['sites']} sites, {size}: s a round, median", seconds(one), peer(theirs), target)
        if one["period_s"]:
            row("    from one round's opening to the next one's", f"{one['period_s']:.3f}")
        for phase, length in one["phases_s"].items():
            row(f"    {phase}", f"{length:.3f}")
        cpu = flower.get(theirs, {}).get("cpu_s_per_round") or [None]
        row("    CPU s a round, all processes",
            f"{one['coordinator_cpu_s'] + one['sites_cpu_s']:.3f}", f"{cpu[0]:.2f}" if cpu[0] is not None else "")
        row("    CPU s a round, the coordinator", f"{one['coordinator_cpu_s']:.3f}")
        row("    load before; 4 KiB to the disk, ms", f"{one['load_before']:.1f}; {one['sync_ms']:.1f}")
    if "empty_two" in flower:
        row("empty, 2 sites", "", peer("empty_two"))
    for name, base in (("hundred_mb", "base_4"), ("many", "base_32")):
        if name not in found or base not in found:
            continue
        one, tiny = found[name], found[base]
        server = flower.get(name, {}).get("server_peak_rss_mb")
        row(f"{name}: coordinator's peak, MB", f"{one['coordinator_peak_mb']:.0f}", f"{server}" if server else "")
        row("    less the base (a tiny model), MB",
            f"{one['coordinator_peak_mb']:.0f} - {tiny['coordinator_peak_mb']:.0f}")
        row("    in models", f"{run.models_of_memory(name, base):.2f}", "", "<= 2")
        row("    anonymous memory alone, MB", f"{one['coordinator_anonymous_mb']:.0f}")
        row(f"{name}: largest site's peak; anonymous, MB",
            f"{one['site_peak_mb']:.0f}; {one['site_anonymous_mb']:.0f}")
    lines += found.get("secure_aggregation", [])
    return "\n".join(line.rstrip() for line in lines)


def main():
    names = ["empty", "hundred_mb", "peer", "secagg", "many"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder of the two programs")
    parser.add_argument("--only", default=",".join(names), help="comma-separated, of: " + ", ".join(names))
    parser.add_argument("--peer", help="a Python with the packages flwr and numpy")
    parser.add_argument("--peer-rounds", type=int, default=4, help="counted, of each of its measurements (default 4)")
    parser.add_argument("--secagg", type=pathlib.Path, help="bench_secure_aggregation, to be run too")
    parser.add_argument("--rounds", type=int, default=21, help="of the empty plans (default 21)")
    parser.add_argument("--large-rounds", type=int, default=5, help="of the 100 MB plan (default 5)")
    parser.add_argument("--many-mb", type=float, default=50, help="model of the 32 sites (default 50)")
    parser.add_argument("--work", type=pathlib.Path, help="where state folders go (default: the temporary folder)")
    parser.add_argument("--keep", action="store_true", help="leaves the state folders and logs")
    parser.add_argument("--json", action="store_true", help="all figures on stdout, the table on stderr")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := sorted(set(wanted) - set(names)):
        parser.error(f"unknown measurement: {', '.join(unknown)}")
    if min(options.rounds, options.large_rounds) < 3:
        parser.error("at least three rounds: the first is not counted")
    run = Run(options)
    for name in names:
        if name in wanted and getattr(options, name, True):
            run.guarded(getattr(run, name))
    print(table(run), file=sys.stderr if options.json else sys.stdout)
    if options.json:
        print(json.dumps(run.found, indent=2))
    return int(run.failed)


if __name__ == "__main__":
    sys.exit(main())
