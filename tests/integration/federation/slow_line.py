#!/usr/bin/env python3
"""One round of three hospitals, one of which has a slow line: 1 Mbit/s, 300 ms there and back, 2 % of packets lost.

    slow_line.py --slow-link build/tests/slow_link --coordinator build/bin/huizhen-coordinator --node build/bin/huizhen-node

In a network namespace of its own, so that nothing is reached but the loopback device and the line. Ends with 77, and
says why, where the system allows none. It enrols over the slow line too.
"""

import argparse
import json
import os
import subprocess
import sys
import time

from federation import (SITES, Failed, Federation, Programs, add_program_options, check_nobody_left_out,
                        temporary_folder, training)

OWN_NAMESPACE = "HUIZHEN_SLOW_LINE_IN_NAMESPACE"
SERVER = "10.201.0.1"  # slow_link's
SLOW = SITES[2]


def measure(options, folder):
    federation = Federation(folder / "f", Programs(options.coordinator, options.node))
    line = [options.slow_link, "--rate", options.rate, "--delay", options.delay, "--loss", options.loss, "--seed",
            str(options.seed), "--report", folder / "line.json", "--"]
    with federation:
        federation.init(listen="0.0.0.0", hosts=("127.0.0.1", SERVER)).serve().enrol(SITES[:2])
        federation.stop()
        federation.advertise(f"{SERVER}:{federation.port}")
        federation.serve()
        begin = time.monotonic()
        federation.enrol([SLOW], prefix=line)
        enrolled = time.monotonic()
        federation.start_nodes()
        connected = time.monotonic()
        federation.begin(training("lungs-1", options.numbers, rounds=options.rounds, sites=3))
        status = federation.finish("lungs-1", 900)
        check_nobody_left_out(status, SITES[:3])
        federation.stop()
        federation.check_at_rest()
    carried = json.loads((folder / "line.json").read_text())
    print(json.dumps({
        "rate": options.rate, "one_way": options.delay, "loss": options.loss, "numbers": options.numbers,
        "enrolment_seconds": round(enrolled - begin, 1), "connect_seconds": round(connected - enrolled, 1),
        "round_seconds": [int(entry["milliseconds"]) / 1000 for entry in status["history"]],
        "line": carried}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow-link", required=True, help="tests/slow_link of the build")
    parser.add_argument("--rate", default="1mbit")
    parser.add_argument("--delay", default="150ms", help="one way")
    parser.add_argument("--loss", default="2%")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--numbers", type=int, default=50000, help="size of the model, 4 bytes each")
    add_program_options(parser)
    options = parser.parse_args()
    if OWN_NAMESPACE not in os.environ:
        own = ["unshare", "--net"]
        up = "ip link set lo up 2>/dev/null || ifconfig lo up"
        if os.geteuid() != 0 or subprocess.run([*own, "sh", "-c", up], capture_output=True).returncode != 0:
            print("no network namespace can be made here")
            return 77
        os.environ[OWN_NAMESPACE] = "1"
        os.execvp(own[0], [*own, "sh", "-c", f'{up}; exec "$0" "$@"', sys.executable, *sys.argv])
    try:
        with temporary_folder() as folder:
            measure(options, folder)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
