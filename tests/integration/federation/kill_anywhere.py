#!/usr/bin/env python3
"""kill -9 at random moments of a training, again and again: it ends in the model that it would have had anyway.

    kill_anywhere.py --kills 200 --seed 1 --coordinator build/bin/huizhen-coordinator --node build/bin/huizhen-node

Every training begins with the same enrolled hospitals. The coordinator or one of the nodes is killed and started again at
once, some times in each training, until N were killed while a training ran. Every third training is one with noise: its
model is another each time, but its ledgers must name each round once. Exit 1 and a sentence where anything is off.
"""

import argparse
import collections
import json
import random
import shutil
import sys
import time

from federation import (SITES, Failed, Programs, add_program_options, check_nobody_left_out, enrolled_federation,
                        models_of, run_undisturbed, temporary_folder, training)

COORDINATOR = "coordinator"
PAUSES_S = (0.05, 0.3, 1.0, 1.5)  # the longest between two: some fall into starting again, some into later rounds


def plan_for(number, numbers):
    # The plan's name seeds the training, so that it is the same in every run.
    return training("lungs-1", numbers) if number % 3 != 2 else training("noisy-1", numbers, noise=1.0)


def disturb(federation, plan, kills, pause_s, dice):
    """Kills and starts again while the plan runs; says which programs were hit, and in which round."""
    hit = []
    while len(hit) < kills:
        time.sleep(dice.uniform(0, pause_s))
        victim = dice.choice([COORDINATOR, COORDINATOR, *federation.nodes])
        process = federation.coordinator if victim == COORDINATOR else federation.nodes[victim]
        if not process.alive():
            raise Failed(f"{victim} had ended by itself:\n{process.text()[-3000:]}")
        process.kill()
        over = federation.rounds_over(plan["id"])
        process.start()
        if over >= plan["rounds"]:
            break  # too late to count
        hit.append((victim, over + 1))
    return hit


def check_ledgers(federation, status, noisy):
    rounds = [int(entry["number"]) for entry in status["history"]]
    for name in federation.nodes:
        charged = [entry["round"] for entry in federation.ask_node(name, "federation", "ledger")["rounds"]]
        if charged != (rounds if noisy else []):
            raise Failed(f"the ledger of {name} names rounds {charged} of {rounds}")


def one_training(federation, plan, kills, pause_s, dice, expected):
    noisy = "privacy" in plan
    with federation:
        federation.serve().start_nodes()
        federation.begin(plan)
        hit = disturb(federation, plan, kills, pause_s, dice)
        federation.await_coordinator()
        status = federation.finish(plan["id"])
        check_nobody_left_out(status, federation.nodes)
        federation.stop()
        federation.check_at_rest()
        check_ledgers(federation, status, noisy)
    if not noisy and models_of(status) != expected:
        raise Failed(f"other models than undisturbed: {models_of(status)}, not {expected}")
    return hit, models_of(status)[-1]


def run(options):
    dice = random.Random(options.seed)
    begin = time.monotonic()
    killed = collections.Counter()
    rounds = collections.Counter()
    number = 0
    with temporary_folder() as folder:
        original = enrolled_federation(folder / "original", Programs(options.coordinator, options.node))
        expected = models_of(run_undisturbed(original.copy(folder / "undisturbed"), plan_for(0, options.numbers)))
        while killed.total() < options.kills:
            twin = original.copy(folder / f"t{number}")
            kills = min(dice.randint(2, options.each), options.kills - killed.total())
            try:
                hit, model = one_training(twin, plan_for(number, options.numbers), kills, dice.choice(PAUSES_S), dice,
                                          expected)
            except Failed as failed:
                print(f"training {number}, seed {options.seed}: {failed}", file=sys.stderr)
                if options.keep:
                    shutil.copytree(twin.folder, options.keep, ignore=shutil.ignore_patterns("control.socket"))
                return 1
            number += 1
            killed.update(victim for victim, _ in hit)
            rounds.update(str(at) for _, at in hit)
            print(json.dumps({"training": number, "kills": [f"{victim} in round {at}" for victim, at in hit],
                              "model": model[:12], "seconds": round(time.monotonic() - begin, 1)}), flush=True)
            if number > 20 * options.kills:
                print("the trainings end before anything can be killed", file=sys.stderr)
                return 1
    print(json.dumps({"seed": options.seed, "kills": killed.total(), "trainings": number, "of": dict(killed),
                      "in_round": dict(sorted(rounds.items())), "model": expected[-1],
                      "seconds": round(time.monotonic() - begin, 1)}))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=8, help="at most in one training")
    parser.add_argument("--numbers", type=int, default=20000, help="size of the model")
    parser.add_argument("--keep", help="where the federation of a training that fails is copied to")
    add_program_options(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
