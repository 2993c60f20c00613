#!/usr/bin/env python3
"""One hospital is away for N seconds in the middle of a round: the round waits for it and is not lost.

    outage.py --seconds 370 --how cut --coordinator build/bin/huizhen-coordinator --node build/bin/huizhen-node

stop: its node stands still (SIGSTOP), its connection open. cut: the line between them carries nothing, as where a
cable is pulled; nobody is told. Exit 1 and a sentence where the round, or anything else, does not go on as before.
"""

import argparse
import json
import selectors
import signal
import socket
import sys
import threading
import time

from federation import (SITES, Failed, Federation, Programs, add_program_options, check_nobody_left_out, free_port,
                        models_of, run_undisturbed, temporary_folder, training, wait_for)

AWAY = SITES[0]


class Line(threading.Thread):
    """Carries what one node and the coordinator say, until it is cut."""

    def __init__(self, port, to):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", port))
        self.to = to
        self.cut = False
        self.start()

    def run(self):
        ready = selectors.DefaultSelector()
        ready.register(self.listener, selectors.EVENT_READ)
        while True:
            if self.cut:
                time.sleep(0.05)  # what comes waits, and whoever sends hears nothing
                continue
            for key, _ in ready.select(0.05):
                if key.fileobj is self.listener:
                    self._accept(ready)
                elif key.fd in ready.get_map():  # else its other end has just gone
                    self._carry(ready, key.fileobj, key.data)

    def _accept(self, ready):
        near, _ = self.listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.to))
        except OSError:
            near.close()
            return
        ready.register(near, selectors.EVENT_READ, far)
        ready.register(far, selectors.EVENT_READ, near)

    @staticmethod
    def _carry(ready, source, sink):
        try:
            data = source.recv(1 << 16)
            sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (source, sink):
                ready.unregister(end)
                end.close()


def federation_behind_a_line(folder, programs):
    """All enrolled and stopped; the one that will be away knows the coordinator by the line's address alone."""
    federation = Federation(folder, programs)
    federation.init().serve().enrol(SITES[1:])
    federation.stop()
    line = Line(free_port(), federation.port)
    federation.advertise("127.0.0.1:%d" % line.listener.getsockname()[1])
    federation.serve().enrol([AWAY])
    federation.stop()
    return federation, line


def away(federation, line, plan, how, seconds):
    """In the middle of the second round."""
    wait_for("the first round is over", lambda: federation.rounds_over(plan["id"]) >= 1)
    node = federation.nodes[AWAY]
    if how == "stop":
        node.signal(signal.SIGSTOP)
    else:
        line.cut = True
    at = federation.rounds_over(plan["id"])
    time.sleep(seconds)
    if how == "stop":
        node.signal(signal.SIGCONT)
    else:
        line.cut = False
    begin = time.monotonic()
    if federation.rounds_over(plan["id"]) > at + 1 or at + 1 >= plan["rounds"]:
        raise Failed("the rounds went on without the site that was away")
    wait_for("the open round ends", lambda: federation.rounds_over(plan["id"]) > at)
    return at + 1, time.monotonic() - begin


def run(options):
    plan = training("lungs-1", options.numbers, rounds=options.rounds)
    with temporary_folder() as folder:
        original, line = federation_behind_a_line(folder / "original", Programs(options.coordinator, options.node))
        expected = models_of(run_undisturbed(original.copy(folder / "undisturbed"), plan))
        federation = original.copy(folder / "disturbed")
        with federation:
            federation.serve().start_nodes()
            federation.begin(plan)
            in_round, back_s = away(federation, line, plan, options.how, options.seconds)
            status = federation.finish(plan["id"])
            check_nobody_left_out(status, SITES)
            if models_of(status) != expected:
                raise Failed(f"other models than undisturbed: {models_of(status)}, not {expected}")
            federation.stop()
            federation.check_at_rest()
    print(json.dumps({"how": options.how, "away_seconds": options.seconds, "in_round": in_round,
                      "round_over_seconds_after": round(back_s, 1), "model": expected[-1]}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--how", choices=("stop", "cut"), default="stop")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--numbers", type=int, default=20000, help="size of the model")
    add_program_options(parser)
    try:
        run(parser.parse_args())
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
