#!/usr/bin/env python3
"""The coordinator's disk becomes full while a round runs. Where an update meets it first, the hospitals are told and wait; where
the coordinator's own state does, it ends and says so. With space again the plan goes on, to the same models.

    full_disk.py --coordinator build/bin/huizhen-coordinator --node build/bin/huizhen-node

As root on a small tmpfs in a mount namespace of its own; else a limit on the size of files stands for the disk.
"""

import argparse
import os
import resource
import subprocess
import sys

from federation import (SITES, Failed, Programs, add_program_options, check_nobody_left_out, enrolled_federation,
                        models_of, run_undisturbed, temporary_folder, training, wait_for)

OWN_NAMESPACE = "HUIZHEN_FULL_DISK_IN_NAMESPACE"


class SmallDisk:
    """A tmpfs over the coordinator's folder, filled up with ballast."""

    def __init__(self, federation):
        self.ballast = federation.state / "ballast"
        kept = federation.folder / "kept"
        federation.state.rename(kept)
        federation.state.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", federation.state], check=True)
        subprocess.run(["cp", "-a", f"{kept}/.", federation.state], check=True)

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1 << 8):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def empty(self):
        self.ballast.unlink()


class SmallFiles:
    """No file may grow beyond a few kilobytes more than the database's log has."""

    def __init__(self, federation):
        self.coordinator = federation.coordinator

    def fill(self):
        resource.prlimit(self.coordinator.running.pid, resource.RLIMIT_FSIZE, (64 << 10, resource.RLIM_INFINITY))

    def empty(self):
        if self.coordinator.alive():
            resource.prlimit(self.coordinator.running.pid, resource.RLIMIT_FSIZE,
                             (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def met(coordinator):
    """What the coordinator says of its full disk; None while it has not met it."""
    code = coordinator.ended(0.02)
    said = coordinator.text()
    if code is None:
        return next((line for line in said.splitlines() if "no-space" in line), None)
    last = said.strip().splitlines()[-1]
    if code != 4:
        raise Failed(f"with a full disk the coordinator ended with {code}, not 4\n{said[-3000:]}")
    if not last.startswith("huizhen-coordinator: ") or not any(word in last for word in ("full", "space", "large")):
        raise Failed(f"what it said last is not that its disk is full: {last}")
    return last


def check(folder, programs):
    plan = training("lungs-1", numbers=8000, sites=3)  # objects of 32 KB: it is the database that meets the limit
    original = enrolled_federation(folder / "original", programs, SITES[:3])
    expected = models_of(run_undisturbed(original.copy(folder / "undisturbed"), plan))
    federation = original.copy(folder / "disturbed")
    disk = SmallDisk(federation) if OWN_NAMESPACE in os.environ else SmallFiles(federation)
    with federation:
        federation.serve().start_nodes()
        federation.begin(plan)
        wait_for("a round is over", lambda: federation.rounds_over(plan["id"]) >= 1)
        disk.fill()
        last = wait_for("the full disk is met", lambda: met(federation.coordinator), 30)
        disk.empty()
        if not federation.coordinator.alive():
            federation.serve()
        status = federation.finish(plan["id"])
        check_nobody_left_out(status, SITES[:3])
        if models_of(status) != expected:
            raise Failed(f"other models than undisturbed: {models_of(status)}, not {expected}")
        federation.stop()
        federation.check_at_rest()
    print(last)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_program_options(parser)
    options = parser.parse_args()
    if os.geteuid() == 0 and OWN_NAMESPACE not in os.environ:
        own = ["unshare", "--mount", "--propagation", "private"]
        if subprocess.run([*own, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0:
            os.environ[OWN_NAMESPACE] = "1"
            os.execvp(own[0], [*own, sys.executable, *sys.argv])
    try:
        with temporary_folder() as folder:
            try:
                check(folder, Programs(options.coordinator, options.node))
            finally:
                if OWN_NAMESPACE in os.environ:
                    subprocess.run(["umount", folder / "disturbed" / "c"], capture_output=True)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
