"""Trainings of real processes: the same hospitals learn the same model, whenever they are asked."""

import unittest

from federation import (SITES, Programs, check_nobody_left_out, enrolled_federation, models_of, run_undisturbed,
                        temporary_folder, training)


class Training(unittest.TestCase):
    def test_the_same_participants_make_the_same_model_every_time(self):
        models = []
        with temporary_folder() as folder:
            for run in ("one", "two"):
                federation = enrolled_federation(folder / run, Programs())  # keys and certificates of its own
                status = run_undisturbed(federation, training("lungs-1"))
                check_nobody_left_out(status, SITES)
                federation.check_at_rest()
                models.append(models_of(status))
        self.assertEqual(models[0], models[1])
        self.assertEqual(len(set(models[0])), 5)

    def test_the_ledger_is_charged_for_every_round_with_noise(self):
        with temporary_folder() as folder:
            federation = enrolled_federation(folder / "f", Programs(), SITES[:3])
            run_undisturbed(federation, training("lungs-1", sites=3, rounds=2, noise=1.0))
            for name in SITES[:3]:
                ledger = federation.ask_node(name, "federation", "ledger")
                self.assertEqual([entry["round"] for entry in ledger["rounds"]], [1, 2])
                self.assertGreater(ledger["spent_epsilon"], 0)

    def test_of_a_plan_that_is_over_only_its_first_and_last_models_stay(self):
        with temporary_folder() as folder:
            federation = enrolled_federation(folder / "f", Programs(), SITES[:3])
            status = run_undisturbed(federation, training("lungs-1", sites=3, rounds=4,
                                                          strategy={"strategy": "STRATEGY_FEDADAM"}))
            stored = federation.state / "objects" / "objects"

            def objects():
                return {path.name for path in stored.rglob("*") if path.is_file()}

            last = models_of(status)[-1]
            with federation:
                federation.serve()
                first = next(model["parent"] for model in federation.ask("models", "list")["models"]
                             if model["digest"] == last)
                # While it waits for a decision: every model, and the optimiser's state of the last round alone.
                self.assertEqual(len(objects()), 1 + 4 + 1)
                federation.ask("models", "reject", last, "--reason", "a test has seen it")
                self.assertEqual(objects(), {first, last})
                federation.stop()


if __name__ == "__main__":
    unittest.main()
