#!/usr/bin/env python3
"""What a federation of real hospitals is worth: every hospital a process with its own certificate and its own cases, on
loopback, through the whole protocol; then the same patients kept back judged by the federated model, by one trained on
all cases together, and by each hospital's own.

    hospitals.py --build build/release --data ../shared/data crops     # four scanner makers of lidc-crops, 3 minutes
    hospitals.py --build build/release --data ../shared/data reports   # eleven hospitals of pathology-reports
    hospitals.py --build build/release --data ../shared/data reports --folds 5    # every patient is kept back once

Prints the table of bench_learning with a row for the protocol and one for the protocol with noise at epsilon 8, and the
coordinator's own matrix, site by site.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration" / "federation"))
from federation import Federation, Programs, temporary_folder  # noqa: E402

CROPS = {
    "task": "ct-crops/1", "data": "lidc-crops", "flag": "--manufacturer",
    "sites": {"ge": "GE MEDICAL SYSTEMS", "philips": "Philips", "siemens": "SIEMENS", "toshiba": "TOSHIBA"},
    "plan": {
        "rounds": 30, "encoding": {"clip": 0.25},
        "training": {"epochs": 2, "batch_size": 32, "optimizer": "OPTIMIZER_ADAMW", "learning_rate": 2e-3,
                     "last_learning_rate": 2e-4, "decay": 0.1, "batch_clip": 1},
    },
    "bench": [],
    "noise": {"clip_norm": 1.0},
}
REPORTS = {
    "task": "report-stage/1", "data": "pathology-reports", "flag": "--hospital",
    "sites": {name.lower().replace(" - ", "-").replace(" ", "-"): name for name in [
        "International Genomics Consortium", "Asterand", "Prince Charles Hospital", "Indivumed", "Christiana Healthcare",
        "University of Pittsburgh", "Roswell Park", "Washington University - NYU", "Mayo Clinic - Rochester",
        "ABS - IUPUI", "Ontario Institute for Cancer Research"]},
    "plan": {
        "rounds": 60, "strategy": {"strategy": "STRATEGY_SCAFFOLD"}, "encoding": {"clip": 1, "equal_weights": False},
        "training": {"epochs": 4, "batch_size": 16, "learning_rate": 0.5, "decay": 0.002},
    },
    "bench": ["--strategy", "scaffold", "--optimizer", "sgd", "--epochs", "4", "--batch", "16",
              "--rate", "0.5", "--last-rate", "0.5", "--momentum", "0", "--decay", "0.002", "--batch-clip", "0"],
    "noise": {"clip_norm": 0.5},
}


def import_cases(programs, federation, cohort, data, fold):
    for site, name in cohort["sites"].items():
        subprocess.run([programs.node, "import", "--task", cohort["task"], "--from", data / cohort["data"],
                        cohort["flag"], name, "--held-out-fold", str(fold), "--state", federation.folder / site, "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)


def train(federation, plan):
    begin = time.monotonic()
    federation.begin(plan)
    status = federation.finish(plan["id"], 3600)
    seconds = time.monotonic() - begin
    included = {len(entry["included"]) for entry in status["history"]}
    print(f"{plan['id']}: {len(status['history'])} rounds in {seconds:.0f} s, sites in a round: {sorted(included)}",
          flush=True)
    return status["model"]


def keep_model(federation, digest, folder):
    shutil.copy(federation.state / "objects" / "objects" / digest[:2] / digest, folder / digest)
    return folder / digest


def train_fold(programs, cohort, data, plans, fold, keep):
    """A federation of its own, in which that fold is held out; its models' files by the plans' names."""
    with temporary_folder() as folder, Federation(folder, programs) as federation:
        federation.init().serve().enrol(list(cohort["sites"]))
        import_cases(programs, federation, cohort, data, fold)
        federation.start_nodes()
        models = {name: train(federation, plan) for name, plan in plans.items()}
        if fold == 0:
            print(federation.run_coordinator("models", "matrix", next(iter(models.values()))).stdout)
        files = {name: keep_model(federation, digest, keep) for name, digest in models.items()}
        federation.stop()
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cohort", choices=["crops", "reports"])
    parser.add_argument("--build", type=Path, required=True, help="a build folder, release")
    parser.add_argument("--data", type=Path, required=True, help="the folder with the research cohorts")
    parser.add_argument("--folds", type=int, default=1, choices=range(1, 6), help="each in a federation of its own")
    parser.add_argument("--rounds", type=int, help="other than recommended")
    parser.add_argument("--no-noise", action="store_true", help="leave the plan with noise out")
    given = parser.parse_args()
    cohort = CROPS if given.cohort == "crops" else REPORTS
    programs = Programs(given.build / "bin/huizhen-coordinator", given.build / "bin/huizhen-node")
    sites = list(cohort["sites"])
    plan = {"task": cohort["task"], "model": "initial:1", "minimum_sites": len(sites), "grace_seconds": 3600,
            "silence_seconds": 600, "evaluate_every": 1000, **cohort["plan"]}
    if given.rounds:
        plan["rounds"] = given.rounds
    plans = {"federated, whole protocol": {**plan, "id": given.cohort}}
    if not given.no_noise:
        plans["the same with noise, epsilon 8"] = {
            **plan, "id": given.cohort + "-noise", "privacy": {"enabled": True, "epsilon": 8, **cohort["noise"]}}
    with temporary_folder() as keep:
        folds = [train_fold(programs, cohort, given.data.resolve(), plans, fold, keep) for fold in range(given.folds)]
        files = [word for name in plans
                 for word in ("--model", f"{name}={','.join(str(fold[name]) for fold in folds)}")]
        subprocess.run([given.build / "tests/bench_learning", "--task", cohort["task"], "--data",
                        given.data / cohort["data"], "--sites", ",".join(cohort["sites"].values()), *cohort["bench"],
                        "--folds", str(given.folds), "--rounds", str(plan["rounds"]), *files], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
